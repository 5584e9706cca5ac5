// SPDX-License-Identifier: MIT
//
// The tags of a Zabbix event.
//
// They come as {EVENT.TAGSJSON}, a JSON text inside a JSON string, in the field event_tagsjson or,
// from the shipped media type, event_tags. Only where there is no JSON the text form of
// {EVENT.TAGS} ("customer:ACME, flag") is read, which cannot tell a ", " inside a value.
//
// Guarantees: order and repetition as sent; broken JSON means no tags, never a lost alert.
//
// Thread rule: pure. Tests: tests/unit/sources/zabbix_content_test.cpp
#pragma once

#include <vector>

#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/sources/fields.hpp"

namespace alert_bridge::sources {

[[nodiscard]] std::vector<domain::Tag> zabbix_event_tags(const Fields& fields);

}  // namespace alert_bridge::sources

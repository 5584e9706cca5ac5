// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/decoders.hpp"

#include <algorithm>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/sources/alertmanager.hpp"
#include "alert_bridge/sources/generic.hpp"
#include "alert_bridge/sources/icinga.hpp"
#include "alert_bridge/sources/nagios.hpp"
#include "alert_bridge/sources/zabbix.hpp"

namespace alert_bridge::sources {
namespace {

Error wrong(const ports::SourceOptions& options, const std::string& what) {
    return {ErrorClass::misconfigured, "source", "source \"" + options.name + "\": " + what};
}

// A name begins every key of its source and stands in URLs.
bool is_source_name(const std::string& name) {
    constexpr std::size_t kLongest = 64;
    return !name.empty() && name.size() <= kLongest &&
           std::all_of(name.begin(), name.end(), [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                      letter == '.';
           });
}

}  // namespace

Result<std::shared_ptr<const ports::AlertDecoder>> make_decoder(const ports::SourceOptions& options
) {
    using Decoder = std::shared_ptr<const ports::AlertDecoder>;
    if (!is_source_name(options.name)) {
        return wrong(options, "a name has 1 to 64 letters, digits, '-', '_' or '.'");
    }
    if (!options.time_zone.empty() && !is_known_time_zone(options.time_zone)) {
        return wrong(options, "unknown time zone \"" + options.time_zone + "\"");
    }
    if (options.type == "zabbix") {
        if (!ZabbixDecoder::is_problem_key_option(options.problem_key)) {
            return wrong(options, "problem_key must be trigger, event or trigger+tag:NAME");
        }
        return Decoder(std::make_shared<const ZabbixDecoder>(options));
    }
    if (options.type == "nagios") {
        return Decoder(std::make_shared<const NagiosDecoder>(options));
    }
    if (options.type == "icinga2") {
        return Decoder(std::make_shared<const IcingaDecoder>(options));
    }
    if (options.type == "alertmanager") {
        return Decoder(std::make_shared<const AlertmanagerDecoder>(options));
    }
    if (options.type == "generic") {
        if (options.mapping.fields.count("key") == 0) {
            return wrong(options, "its fields need a key");
        }
        return Decoder(std::make_shared<const GenericDecoder>(options));
    }
    return wrong(
        options, "unknown type \"" + options.type +
                     "\" (known: zabbix, nagios, icinga2, alertmanager, generic)"
    );
}

}  // namespace alert_bridge::sources

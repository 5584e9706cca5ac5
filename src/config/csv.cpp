// SPDX-License-Identifier: MIT
#include "alert_bridge/config/csv.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/yaml_reader.hpp"

namespace alert_bridge::config {
namespace {

constexpr std::size_t kMaxCsvBytes = 64 * 1024 * 1024;
constexpr std::size_t kMaxRecords = 1'000'000;
constexpr std::size_t kMaxColumns = 64;

struct Field {
    std::string text;
    Position at;
};
using Record = std::vector<Field>;

class CsvScanner {
  public:
    CsvScanner(const std::string& text, const std::string& name, Diagnostics& diagnostics)
        : text_(text), name_(name), diagnostics_(diagnostics) {
        if (text_.starts_with("\xEF\xBB\xBF")) {
            offset_ = line_start_ = 3;
        }
    }

    // The next record that is not an empty line; nothing at the end.
    std::optional<Record> next() {
        while (offset_ < text_.size()) {
            Record record;
            do {
                record.push_back(field());
            } while (take(','));
            end_of_line();
            if (record.size() > 1 || !record.front().text.empty()) {
                return record;
            }
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] Position here() const {
        return {line_, static_cast<int>(offset_ - line_start_) + 1};
    }
    [[nodiscard]] bool at_line_end() const {
        return offset_ >= text_.size() || text_[offset_] == '\n' || text_[offset_] == '\r';
    }

    bool take(char wanted) {
        if (offset_ < text_.size() && text_[offset_] == wanted) {
            ++offset_;
            return true;
        }
        return false;
    }

    void end_of_line() {
        if (take('\r') && offset_ < text_.size() && text_[offset_] != '\n') {
            diagnostics_.error_in(name_, here(), "a carriage return without a line feed");
        }
        (void)take('\n');
        ++line_;
        line_start_ = offset_;
    }

    void skip_blanks() {
        while (offset_ < text_.size() && (text_[offset_] == ' ' || text_[offset_] == '\t')) {
            ++offset_;
        }
    }

    Field field() {
        skip_blanks();
        Field result{{}, here()};
        if (take('"')) {
            result.text = quoted_field(result.at);
            skip_blanks();
            if (!at_line_end() && text_[offset_] != ',') {
                diagnostics_.error_in(name_, here(), "text after the closing quote");
            }
        }
        const std::size_t start = offset_;
        while (!at_line_end() && text_[offset_] != ',') {
            if (text_[offset_] == '"' && result.text.empty()) {
                diagnostics_.error_in(
                    name_, here(), "a quote inside a field: quote the whole field and double it"
                );
                result.text = "?";  // one message per field is enough
            }
            ++offset_;
        }
        if (offset_ > start) {
            result.text = std::string(trim(std::string_view(text_).substr(start, offset_ - start)));
        }
        return result;
    }

    // After the opening quote; ends behind the closing one.
    std::string quoted_field(Position opened_at) {
        std::string value;
        while (offset_ < text_.size()) {
            const char c = text_[offset_++];
            if (c == '"' && !take('"')) {
                return value;
            }
            value += c;
            if (c == '\n') {
                ++line_;
                line_start_ = offset_;
            }
        }
        diagnostics_.error_in(name_, opened_at, "the closing quote is missing");
        return value;
    }

    const std::string& text_;
    const std::string& name_;
    Diagnostics& diagnostics_;
    std::size_t offset_ = 0;
    std::size_t line_start_ = 0;
    int line_ = 1;
};

struct Header {
    std::vector<std::string> columns;
    std::size_t key_index = 0;
};

std::optional<Header> read_header(
    CsvScanner& scanner, const std::string& name, const std::string& key, Diagnostics& diagnostics
) {
    const auto record = scanner.next();
    if (!record) {
        diagnostics.error_in(name, {}, "the file is empty: a header row is needed");
        return std::nullopt;
    }
    if (record->size() > kMaxColumns) {
        diagnostics.error_in(name, {}, "more than " + std::to_string(kMaxColumns) + " columns");
        return std::nullopt;
    }
    Header header;
    for (const Field& field : *record) {
        if (field.text.empty()) {
            diagnostics.error_in(name, field.at, "a column has no name");
        } else if (std::find(header.columns.begin(), header.columns.end(), field.text) !=
                   header.columns.end()) {
            diagnostics.error_in(name, field.at, "two columns are named '" + field.text + "'");
        }
        header.columns.push_back(field.text);
    }
    const auto found = std::find(header.columns.begin(), header.columns.end(), key);
    if (found == header.columns.end()) {
        diagnostics.error_in(
            name, record->front().at,
            "there is no column '" + key + "'" + did_you_mean(key, header.columns)
        );
        return std::nullopt;
    }
    header.key_index = static_cast<std::size_t>(found - header.columns.begin());
    return header;
}

void add_record(
    CsvMap& map, const Header& header, const Record& record, const std::string& name,
    Diagnostics& diagnostics
) {
    if (record.size() != header.columns.size()) {
        diagnostics.error_in(
            name, record.front().at,
            "this line has " + std::to_string(record.size()) + " fields, the header has " +
                std::to_string(header.columns.size())
        );
        return;
    }
    const Field& key = record[header.key_index];
    if (key.text.empty()) {
        diagnostics.error_in(name, key.at, "the key is empty");
        return;
    }
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < record.size(); ++i) {
        if (i != header.key_index) {
            row.emplace(header.columns[i], record[i].text);
        }
    }
    if (!map.rows.emplace(key.text, std::move(row)).second) {
        diagnostics.error_in(name, key.at, "the key '" + key.text + "' is given twice");
    }
}

}  // namespace

CsvMap parse_csv_map(
    const std::string& text, const std::string& name, const std::string& key,
    Diagnostics& diagnostics
) {
    CsvMap map;
    if (repair_utf8(text) != text) {
        diagnostics.error_in(name, {}, "the file is not UTF-8");
        return map;
    }
    CsvScanner scanner(text, name, diagnostics);
    const auto header = read_header(scanner, name, key, diagnostics);
    if (!header) {
        return map;
    }
    for (const std::string& column : header->columns) {
        if (column != key) {
            map.columns.push_back(column);
        }
    }
    std::size_t records = 0;
    while (const auto record = scanner.next()) {
        if (++records > kMaxRecords) {
            diagnostics.error_in(name, record->front().at, "more than 1,000,000 records");
            break;
        }
        add_record(map, *header, *record, name, diagnostics);
    }
    return map;
}

CsvMap read_csv_map(
    const std::string& path, const std::string& key, Position at, Diagnostics& diagnostics
) {
    const FileText file = read_file(path, kMaxCsvBytes);
    if (!file.problem.empty()) {
        diagnostics.error(at, file.problem);
        return {};
    }
    return parse_csv_map(file.text, path, key, diagnostics);
}

}  // namespace alert_bridge::config

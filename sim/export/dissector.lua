
-- From here on nothing depends on the declarations above: frames are found, checked and taken apart
-- as they say. Numbers instead of bit operators, so that every Lua that Wireshark was built with
-- will do.

local function xor(a, b)
    local result, bit = 0, 1
    while a > 0 or b > 0 do
        if a % 2 ~= b % 2 then
            result = result + bit
        end
        a, b, bit = math.floor(a / 2), math.floor(b / 2), bit * 2
    end
    return result
end

local byte_xor = {}
local function xor8(a, b)
    local key = a * 256 + b
    byte_xor[key] = byte_xor[key] or xor(a, b)
    return byte_xor[key]
end

local function fold(data, is_sum)
    local n = 0
    for i = 1, #data do
        n = is_sum and (n + data:byte(i)) % 256 or xor8(n, data:byte(i))
    end
    return n
end

local function crc_low_first(data, polynomial, first, last)
    local c = first
    for i = 1, #data do
        c = c - c % 256 + xor8(c % 256, data:byte(i))
        for _ = 1, 8 do
            c = c % 2 == 1 and xor(math.floor(c / 2), polynomial) or math.floor(c / 2)
        end
    end
    return xor(c, last)
end

local function crc16_high_first(data, first)
    local c = first
    for i = 1, #data do
        c = xor(c, data:byte(i) * 256)
        for _ = 1, 8 do
            c = c >= 32768 and xor(c * 2 % 65536, 0x1021) or c * 2
        end
    end
    return c
end

local checks = {
    ["xor8"] = function(data) return fold(data, false) end,
    ["sum8"] = function(data) return fold(data, true) end,
    ["crc16-ccitt-false"] = function(data) return crc16_high_first(data, 0xffff) end,
    ["crc16-xmodem"] = function(data) return crc16_high_first(data, 0) end,
    ["crc16-kermit"] = function(data) return crc_low_first(data, 0x8408, 0, 0) end,
    ["crc16-x25"] = function(data) return crc_low_first(data, 0x8408, 0xffff, 0xffff) end,
    ["crc16-modbus"] = function(data) return crc_low_first(data, 0xa001, 0xffff, 0) end,
    ["crc16-arc"] = function(data) return crc_low_first(data, 0xa001, 0, 0) end,
    ["crc32"] = function(data)
        return crc_low_first(data, 0xedb88320, 0xffffffff, 0xffffffff)
    end,
}

local function number(data, little)
    local n = 0
    for i = 1, #data do
        n = n * 256 + data:byte(little and #data + 1 - i or i)
    end
    return n
end

local function hex(data)
    return (data:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

-- ---- marks and escapes ----

-- "whole", "part" (what is there fits, and more is needed) or nil. Places count from 1.
local function match(data, at, what)
    local there = data:sub(at, at + #what - 1)
    if there ~= what:sub(1, #there) then
        return nil
    end
    return #there == #what and "whole" or "part"
end

-- What stands at a place of a frame's inside: "escape" and which, "end", "more", "bad", "plain".
local function look(p, data, at)
    local is_part = false
    for _, e in ipairs(p.escapes) do
        local m = match(data, at, e.instead)
        if m == "whole" then
            return "escape", e
        end
        is_part = is_part or m == "part"
    end
    local ending = p.ending ~= "" and match(data, at, p.ending) or nil
    if ending == "whole" then
        return "end"
    elseif is_part or ending == "part" then
        return "more"
    end
    local byte = data:sub(at, at)
    for _, e in ipairs(p.escapes) do
        if e.byte == byte or e.instead:sub(1, 1) == byte then
            return "bad"
        end
    end
    return "plain"
end

local function leads(p, byte)
    for _, e in ipairs(p.escapes) do
        if e.instead:sub(1, 1) == byte then
            return true
        end
    end
    return false
end

local function must_escape(p, byte)
    for _, e in ipairs(p.escapes) do
        if e.byte == byte then
            return true
        end
    end
    return false
end

-- The content, and for each of its bytes where it begins in the inside; nil: an escape is none.
local function unescape(p, inside)
    local content, places, at = {}, {}, 1
    while at <= #inside do
        local what, e = look(p, inside, at)
        places[#places + 1] = at
        if what == "escape" then
            content[#content + 1] = e.byte
            at = at + #e.instead
        elseif what == "plain" or (what == "more" and not leads(p, inside:sub(at, at))) then
            content[#content + 1] = inside:sub(at, at)
            at = at + 1
        else
            return nil
        end
    end
    places[#places + 1] = #inside + 1
    return table.concat(content), places
end

-- ---- finding frames ----

-- Each returns what was found, how many bytes are done with, and the frame's inside:
-- "more", "garbage", "long", "length" (a length that cannot be), "lost", "frame".

local function before_start(p, data, from)
    local at = from
    while at <= #data and not match(data, at, p.start) do
        at = at + 1
    end
    return at - from
end

local function find_by_end(p, data, from)
    local skipped = p.start ~= "" and before_start(p, data, from) or 0
    if skipped > 0 then
        return "garbage", skipped
    end
    local first = from + #p.start
    local at = first
    while at <= #data do
        if at - from >= p.max then
            return "long", p.max
        end
        local what, e = look(p, data, at)
        if what == "end" then
            if at == first then
                local shared = p.start ~= "" and p.start == p.ending
                return "garbage", shared and #p.start or #p.start + #p.ending
            elseif at - from + #p.ending > p.max then
                return "long", at - from
            end
            return "frame", at - from + #p.ending, data:sub(first, at - 1)
        elseif what == "more" then
            return "more"
        elseif what == "bad" and p.start ~= "" and must_escape(p, p.start:sub(1, 1)) and
            match(data, at, p.start) == "whole" then
            return "garbage", at - from
        end
        at = at + (what == "escape" and #e.instead or 1)
    end
    return "more"
end

local function length_field(p)
    local at = 0
    for _, f in ipairs(p.header) do
        if f.role == "length" then
            return f, at
        end
        at = at + f.width
    end
end

local function find_by_length(p, data, from)
    local skipped = p.start ~= "" and before_start(p, data, from) or 0
    if skipped > 0 then
        return "garbage", skipped
    end
    local f, at = length_field(p)
    local place = from + #p.start + at
    if #data < place + f.width - 1 then
        return "more"
    end
    local least = #p.start + p.header_len + p.check.width
    local before = p.counts == "body" and least or
        p.counts == "after" and #p.start + at + f.width or 0
    local len = before + number(data:sub(place, place + f.width - 1), f.little)
    if len < least or len > p.max then
        if p.start == "" then
            return "lost", #data - from + 1
        end
        return len < least and "length" or "long", #p.start
    end
    if #data < from + len - 1 then
        return "more"
    end
    return "frame", len, data:sub(from + #p.start, from + len - 1)
end

-- ---- what stands in a frame ----

local function check_of(p, inside, content, places)
    local first = p.check.over == "body" and p.header_len + 1 or 1
    local last = #content - p.check.width
    local covered = p.check.escaped and inside:sub(places[first], places[last + 1] - 1) or
        content:sub(first, last)
    return checks[p.check.kind]((p.check.over == "frame" and p.start or "") .. covered)
end

local function length_holds(p, content, body_len)
    local f, at = length_field(p)
    if not f then
        return true
    end
    local says = number(content:sub(at + 1, at + f.width), f.little)
    return says == (p.counts == "body" and body_len or
        p.counts == "after" and #content - at - f.width or #p.start + #content + #p.ending)
end

local function value_of(f, data, range)
    if f.type == "uint" then
        if f.width > 4 then
            return f.little and range:le_uint64() or range:uint64()
        end
        return number(data, f.little)
    elseif f.type == "bcd" then
        return hex(data)
    elseif f.type == "text" then
        return (data:gsub("%z.*$", ""))
    end
end

local function add_fields(fields, tree, tvb, content, at, stop)
    for _, f in ipairs(fields) do
        local width = f.width > 0 and f.width or stop - at
        if at + width > stop then
            return false
        end
        local data = content:sub(at + 1, at + width)
        if width > 0 and f.type == "bytes" then
            tree:add(f.proto_field, tvb(at, width))
        elseif width > 0 then
            tree:add(f.proto_field, tvb(at, width), value_of(f, data, tvb(at, width)))
        end
        if f.constant and f.constant ~= data then
            return false
        end
        at = at + width
    end
    return at == stop
end

local function id_of(p, content)
    local at = 0
    for _, f in ipairs(p.header) do
        if f.role == "id" then
            return content:sub(at + 1, at + f.width)
        end
        at = at + f.width
    end
    return ""
end

-- Returns what the Info column says of it.
local function show_content(p, tree, inside, content, places)
    local bytes = ByteArray.new(hex(content))
    local tvb = bytes:tvb(p.title .. ": unescaped")
    local body_end = #content - p.check.width
    if body_end < p.header_len then
        tree:add_proto_expert_info(p.experts.unfit)
        return "unfit"
    end
    if p.check.width > 0 then
        local is = number(content:sub(body_end + 1), p.check.little)
        local good = is == check_of(p, inside, content, places)
        tree:add(p.fields.check, tvb(body_end, p.check.width), is)
        tree:add(p.fields.check_good, tvb(body_end, p.check.width), good)
        if not good then
            tree:add_proto_expert_info(p.experts.bad_check)
            return "bad check"
        end
    end
    local fits = add_fields(p.header, tree, tvb, content, 0, p.header_len)
    if not length_holds(p, content, body_end - p.header_len) then
        tree:add_proto_expert_info(p.experts.bad_length)
        return "bad length"
    end
    local message = p.messages[id_of(p, content)]
    if not message then
        tree:add_proto_expert_info(p.experts.unknown)
        return "unknown message"
    end
    tree:add(p.fields.message, message.key)
    fits = add_fields(message.fields, tree, tvb, content, p.header_len, body_end) and fits
    if not fits then
        tree:add_proto_expert_info(p.experts.unfit)
        return "unfit"
    end
    tree:append_text(", " .. message.label)
    return message.label
end

local function show_frame(p, tree, inside)
    local content, places = unescape(p, inside)
    if not content then
        tree:add_proto_expert_info(p.experts.bad_escape)
        return "bad escape"
    end
    return show_content(p, tree, inside, content, places)
end

-- ---- Wireshark ----

local function show(p, tvb, root, at, found, used, inside)
    local tree = root:add(p.proto, tvb(at, used))
    if found == "frame" then
        return show_frame(p, tree, inside)
    end
    tree:add(p.fields.garbage, tvb(at, used))
    tree:add_proto_expert_info(found == "garbage" and p.experts.garbage or
        found == "long" and p.experts.too_long or found == "lost" and p.experts.lost or
        p.experts.bad_length)
    return found == "garbage" and "no frame" or found == "long" and "too long" or
        found == "lost" and "lost" or "bad length"
end

local function dissect(p, tvb, pinfo, root)
    local data, at, said = tvb:raw(), 0, {}
    local find = p.kind == "length" and find_by_length or find_by_end
    while at < #data do
        local found, used, inside = find(p, data, at + 1)
        if found == "more" then
            pinfo.desegment_offset = at
            pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
            break
        end
        said[#said + 1] = show(p, tvb, root, at, found, used, inside)
        at = at + used
    end
    pinfo.cols.protocol = p.title
    if #said > 0 then
        pinfo.cols.info = table.concat(said, ", ")
    end
    return #data
end

local function uint_field(width, abbr, title, base_kind)
    local make = width == 1 and ProtoField.uint8 or width == 2 and ProtoField.uint16 or
        width == 3 and ProtoField.uint24 or width == 4 and ProtoField.uint32 or ProtoField.uint64
    return make(abbr, title, base_kind)
end

local function declare_fields(p, fields, prefix)
    for _, f in ipairs(fields) do
        local abbr = prefix .. "." .. f.name:gsub("-", "_")
        if f.type == "uint" then
            local is_id = f.role == "id" or f.role == "answered-id"
            f.proto_field = uint_field(f.width, abbr, f.name, is_id and base.HEX or base.DEC)
        elseif f.type == "bytes" then
            f.proto_field = ProtoField.bytes(abbr, f.name)
        else
            f.proto_field = ProtoField.string(abbr, f.name)
        end
        p.proto_fields[#p.proto_fields + 1] = f.proto_field
    end
end

local function declare_experts(p, abbr)
    local function expert_of(name, text)
        return ProtoExpert.new(abbr .. "." .. name, text, expert.group.PROTOCOL, expert.severity.ERROR)
    end
    p.experts = {
        garbage = expert_of("no_frame", "No frame begins here"),
        bad_escape = expert_of("bad_escape", "An escape is none"),
        bad_check = expert_of("bad_check", "The check does not hold"),
        bad_length = expert_of("bad_length", "The length does not fit"),
        unfit = expert_of("unfit", "It does not fit its fields"),
        too_long = expert_of("too_long", "Longer than a frame may be"),
        unknown = expert_of("unknown", "No message has this identifier"),
        lost = expert_of("lost", "Nothing says where the next frame begins"),
    }
    local list = {}
    for _, e in pairs(p.experts) do
        list[#list + 1] = e
    end
    p.proto.experts = list
end

local function declare(p)
    local abbr = "slowwire_" .. p.name:gsub("-", "_")
    p.proto = Proto(abbr, p.title)
    p.header_len = 0
    for _, f in ipairs(p.header) do
        p.header_len = p.header_len + f.width
    end
    p.fields = {
        message = ProtoField.string(abbr .. ".message", "Message"),
        garbage = ProtoField.bytes(abbr .. ".garbage", "Bytes of no frame"),
        check = uint_field(math.max(1, p.check.width), abbr .. ".check", "Check", base.HEX),
        check_good = ProtoField.bool(abbr .. ".check.good", "Check holds"),
    }
    p.proto_fields = { p.fields.message, p.fields.garbage, p.fields.check, p.fields.check_good }
    declare_fields(p, p.header, abbr)
    for _, message in pairs(p.messages) do
        declare_fields(p, message.fields, abbr .. "." .. message.key:gsub("-", "_"))
    end
    p.proto.fields = p.proto_fields
    declare_experts(p, abbr)
    p.proto.dissector = function(tvb, pinfo, root)
        return dissect(p, tvb, pinfo, root)
    end
    local table_of_ports = DissectorTable.get("tcp.port")
    for _, port in ipairs(p.ports) do
        table_of_ports:add(port, p.proto)
    end
    table_of_ports:add_for_decode_as(p.proto)
end

for _, p in ipairs(protocols) do
    declare(p)
end

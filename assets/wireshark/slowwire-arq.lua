-- The teaching ARQ frames of slowwire, for Wireshark and tshark:
--
--   slowwire run FILE --pcapng out.pcapng && tshark -X lua_script:slowwire-arq.lua -r out.pcapng
--
-- A frame stands alone on a link (LINKTYPE_USER0), or under ethertype 0x88b5 on a LAN: kind (1 DATA,
-- 2 ACK, 3 NAK), flags, channel, number, a CRC-32 over the whole frame with the CRC itself as zero,
-- payload. With flag 1 an answer to the other direction rides along: its kind (0: none this time), the
-- channel that it answers, its number.

local arq = Proto("slowwire_arq", "slowwire ARQ")

local kinds = { [1] = "DATA", [2] = "ACK", [3] = "NAK" }
local f = arq.fields
f.kind = ProtoField.uint8("slowwire_arq.kind", "Kind", base.DEC, kinds)
f.wide = ProtoField.bool("slowwire_arq.wide", "Room for an answer", 8, nil, 0x10)
f.channel = ProtoField.uint8("slowwire_arq.channel", "Channel", base.DEC, nil, 0x0f)
f.number = ProtoField.uint16("slowwire_arq.number", "Number", base.DEC)
f.answer = ProtoField.uint8("slowwire_arq.answer", "Answer that rides along", base.DEC,
                            { [0] = "none", [2] = "ACK" })
f.answers = ProtoField.uint8("slowwire_arq.answers", "Channel that it answers", base.DEC, nil, 0x0f)
f.ack = ProtoField.uint16("slowwire_arq.ack", "Its number", base.DEC)
f.crc = ProtoField.uint32("slowwire_arq.crc", "CRC-32", base.HEX)
f.crc_good = ProtoField.bool("slowwire_arq.crc.good", "CRC holds")
f.payload = ProtoField.bytes("slowwire_arq.payload", "Payload")

local bad_crc = ProtoExpert.new("slowwire_arq.crc.bad", "The CRC does not hold: a bit was flipped",
                                expert.group.CHECKSUM, expert.severity.ERROR)
local too_short = ProtoExpert.new("slowwire_arq.short", "Shorter than a header",
                                  expert.group.MALFORMED, expert.severity.ERROR)
arq.experts = { bad_crc, too_short }

-- Bits as numbers, so that every Lua that Wireshark was built with will do.
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

local rests = {}
for byte = 0, 255 do
    local c = byte
    for _ = 1, 8 do
        c = c % 2 == 1 and xor(0xEDB88320, math.floor(c / 2)) or math.floor(c / 2)
    end
    rests[byte] = c
end

local function crc32(tvb)
    local c = 0xFFFFFFFF
    for i = 0, tvb:len() - 1 do
        local byte = (i >= 4 and i < 8) and 0 or tvb(i, 1):uint()
        c = xor(rests[xor(c % 256, byte)], math.floor(c / 256))
    end
    return xor(c, 0xFFFFFFFF)
end

function arq.dissector(tvb, pinfo, tree)
    pinfo.cols.protocol = "ARQ"
    local t = tree:add(arq, tvb())
    if tvb:len() < 8 then
        t:add_proto_expert_info(too_short)
        return tvb:len()
    end
    local kind, number = tvb(0, 1):uint(), tvb(2, 2):uint()
    local name = kinds[kind] or "?"
    t:append_text(string.format(", %s %d", name, number))
    t:add(f.kind, tvb(0, 1))
    t:add(f.wide, tvb(1, 1))
    t:add(f.channel, tvb(1, 1))
    t:add(f.number, tvb(2, 2))
    local crc = t:add(f.crc, tvb(4, 4))
    local holds = crc32(tvb) == tvb(4, 4):uint()
    t:add(f.crc_good, tvb(4, 4), holds):set_generated()
    if not holds then
        crc:add_proto_expert_info(bad_crc)
    end
    local header, rides = 8, ""
    if tvb(1, 1):bitfield(3, 1) == 1 and tvb:len() >= 12 then
        header = 12
        t:add(f.answer, tvb(8, 1))
        if tvb(8, 1):uint() ~= 0 then
            t:add(f.answers, tvb(9, 1))
            t:add(f.ack, tvb(10, 2))
            rides = string.format(" + %s %d", kinds[tvb(8, 1):uint()] or "?", tvb(10, 2):uint())
        end
    end
    if tvb:len() > header then
        t:add(f.payload, tvb(header))
    end
    pinfo.cols.info = string.format("%s %d%s%s", name, number, rides, holds and "" or " [bad CRC]")
    return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, arq)
DissectorTable.get("ethertype"):add(0x88b5, arq)

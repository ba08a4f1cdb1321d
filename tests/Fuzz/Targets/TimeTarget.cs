using System.Globalization;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>A time in a lexicon format, truncated to the millisecond; it round-trips.</summary>
internal sealed class TimeTarget() : Target("time", typeof(XrpcCall))
{
    public override int MaxLength => 64;

    public override IEnumerable<string> Words =>
    [
        "2030-01-23T10:30:00.000Z", "+14:00", "-00:00", ".999999999999", "Z", "23:59:60", "24:00:00", "0001-01-01T",
        "9999-12-31T"
    ];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        DateTimeOffset time;
        try
        {
            time = XrpcCall.CheckTime("expires_at", text)!.Value;
        }
        catch (KeyserverException e)
        {
            return Call.Refused(e);
        }

        FindingException.Unless(LexiconFormats.IsValid("datetime", text), "The text is not a lexicon datetime.");
        FindingException.Unless(time == Expected(text), "The time is wrong.");
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            TimeConverter.Write(writer, time);
        var written = Encoding.UTF8.GetString(buffer.ToArray()).Trim('"');
        FindingException.Unless(XrpcCall.CheckTime("expires_at", written) == time, "The value does not round-trip.");
        return true;
    }

    /// <summary>Parses digit by digit.</summary>
    private static DateTimeOffset Expected(string text)
    {
        int Number(int at, int length) => int.Parse(text.AsSpan(at, length), CultureInfo.InvariantCulture);
        var fraction = text[19] == '.' ? string.Concat(text[20..].TakeWhile(char.IsAsciiDigit)) : "";
        var local = new DateTime(Number(0, 4), Number(5, 2), Number(8, 2), Number(11, 2), Number(14, 2), Number(17, 2),
            DateTimeKind.Unspecified)
            .AddMilliseconds(int.Parse((fraction + "000")[..3], CultureInfo.InvariantCulture));
        if (text[^1] == 'Z')
            return new DateTimeOffset(local, TimeSpan.Zero);
        var offset = new TimeSpan(Number(text.Length - 5, 2), Number(text.Length - 2, 2), 0);
        return new DateTimeOffset(local, text[^6] == '-' ? -offset : offset);
    }
}

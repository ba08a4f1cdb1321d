using System.Globalization;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>
/// String formats that our lexicons use. <see href="https://atproto.com/specs/lexicon#string-formats"/>
/// </summary>
public static partial class LexiconFormats
{
    /// <summary>The longest DID and the longest NSID in characters.</summary>
    private const int MaxDidLength = 2048;
    private const int MaxNsidLength = 317;

    public static bool IsKnown(string format) => format is "did" or "datetime" or "nsid";

    public static bool IsValid(string format, string text) => format switch
    {
        "did" => text.Length <= MaxDidLength && Did().IsMatch(text),
        // Without its fraction, which could round it up to the year 10000.
        "datetime" => DateTimePattern().Match(text) is { Success: true } match
            && DateTimeOffset.TryParse(
                text.Remove(match.Groups[1].Index, match.Groups[1].Length), CultureInfo.InvariantCulture, out _),
        "nsid" => text.Length <= MaxNsidLength && Nsid().IsMatch(text),
        _ => throw new NotSupportedException($"string format {format}"),
    };

    [GeneratedRegex(@"^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]\z")]
    private static partial Regex Did();

    /// <summary>RFC 3339 with seconds, a capital T and a time zone, which may be Z but not -00:00.</summary>
    [GeneratedRegex(
        @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,20})?(Z|(?!-00:00)[+-]\d{2}:\d{2})\z", RegexOptions.ECMAScript)]
    private static partial Regex DateTimePattern();

    [GeneratedRegex(
        @"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}\z")]
    private static partial Regex Nsid();
}

using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>
/// The segments and their characters. Changed text is signed after the change where that is possible.
/// </summary>
internal static partial class TokenCatalogue
{
    private static Dictionary<string, Row> Segments() => new()
    {
        ["it is two, joined by a comma"] = Whole("{0},Bearer {0}"),
        ["it is two, joined by a comma and a space"] = Whole("{0}, {0}"),
        ["it is two, joined by a space"] = Whole("{0} {0}"),
        ["a word precedes it"] = Whole("x {0}"),
        ["it is in quotes"] = Whole("\"{0}\""),
        ["it is a parameter"] = Whole("token={0}"),
        ["a space follows"] = Whole("{0} "),
        ["a tab precedes it"] = Whole("\t{0}"),
        ["a tab follows"] = Whole("{0}\t"),
        ["a line follows"] = Whole("{0}\n"),
        ["a null character follows"] = Whole("{0}\0"),
        ["a letter beyond ASCII follows"] = Whole("{0}é"),
        ["a letter that ends like an ASCII one follows"] = Whole("{0}\u0141"),
        ["half a surrogate pair follows"] = Whole("{0}\ud800"),
        ["a byte-order mark precedes it"] = Whole("\ufeff{0}"),
        ["it has one segment"] = Whole("a"),
        ["it has two segments"] = new(auth => "Bearer " + Good(auth)[..Good(auth).LastIndexOf('.')], ErrorName.BadJwt),
        ["it has four segments"] = Whole("{0}.AA"),
        ["it ends with a dot"] = Whole("{0}."),
        ["it starts with a dot"] = Whole(".{0}"),
        ["it has five segments, as an encrypted one"] = Whole("{0}.AA.AA"),
        ["it is a dot"] = Whole("."),
        ["it is two dots"] = Whole(".."),
        ["it is three dots"] = Whole("..."),
        ["the header is empty"] = Whole(".e30.AA"),
        ["the payload is empty"] = Whole("e30..AA"),
        ["it is longer than 8 KiB"] = Whole("{0}" + new string('A', 8192)),
        ["it is 64 KiB"] = Whole("{0}" + new string('A', 65536)),
    };

    /// <summary>Each invalid spelling, in each segment.</summary>
    private static IEnumerable<KeyValuePair<string, Row>> Letters()
    {
        string[] parts = ["header", "payload", "signature"];
        (string What, Func<string, string> Change)[] changes =
        [
            ("is padded once", s => s + "="),
            ("is padded twice", s => s + "=="),
            ("is padded with an escape", s => s + "%3D"),
            ("has a space inside", s => s.Insert(4, " ")),
            ("has a line inside", s => s.Insert(4, "\n")),
            ("has a carriage return inside", s => s.Insert(4, "\r\n")),
            ("has a tab inside", s => s.Insert(4, "\t")),
            ("starts with a no-break space", s => "\u00a0" + s),
            ("ends with a space", s => s + " "),
            ("has a plus sign", s => "+" + s[1..]),
            ("has a slash", s => "/" + s[1..]),
            ("has a tilde", s => "~" + s[1..]),
            ("has a null character", s => "\0" + s[1..]),
            ("has a full-width letter", s => "\uff41" + s[1..]),
            ("is a letter too long", s => s.Length % 4 == 0 ? s + "A" : s + new string('A', 5 - s.Length % 4)),
            ("has the lowest bit set that is left over", s => WithRest(s, 1)),
            ("has the highest bit set that is left over", s => WithRest(s, s.Length % 4 == 2 ? 8 : 2)),
        ];
        return
            from at in Enumerable.Range(0, 3)
            from change in changes
            select KeyValuePair.Create(
                $"the {parts[at]} {change.What}",
                    new Row(auth => "Bearer " + Change(auth, at, change.Change), ErrorName.BadJwt));
    }

    private static string Change(TestAuth auth, int at, Func<string, string> change)
    {
        var segments = Good(auth).Split('.');
        segments[at] = change(segments[at]);
        if (at == 2)
            return string.Join('.', segments);
        return Token.SignText(segments[0] + "." + segments[1], auth.Key);
    }

    /// <summary>The segment with one of the unused bits of its last character set.</summary>
    private static string WithRest(string segment, int bit)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Assert.NotEqual(0, segment.Length % 4);
        return segment[..^1] + letters[letters.IndexOf(segment[^1], StringComparison.Ordinal) | bit];
    }

    /// <summary>A header and a payload whose last base64url characters have unused bits.</summary>
    private static string Good(TestAuth auth) =>
        new Token { MoreHeader = "\"x\":\"ab\"", MorePayload = Filler() }.Sign(auth.Key);

    private static string Filler()
    {
        var payload = new Token { MorePayload = "\"x\":\"\"" }.Payload;
        return $"\"x\":\"{new string('a', payload.Length % 3 == 0 ? 1 : 0)}\"";
    }

    private static Row Whole(string pattern) =>
        new(auth => "Bearer " + pattern.Replace("{0}", Good(auth), StringComparison.Ordinal), ErrorName.BadJwt);
}

using System.Globalization;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>A path of a tile is accepted exactly if the expression says so, and has one form.</summary>
internal sealed partial class TilePathTarget() : Target("tlog-tile-path", typeof(TileAddress), typeof(TileGeometry))
{
    public override int MaxLength => 128;

    public override IEnumerable<string> Words => ["tile/", "entries/", "/x001", "/000", ".p/", "/x036/x028/x797/x018"];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        var accepted = TileAddress.TryParse(text, out var address);
        FindingException.Unless(accepted == IsExpected(text), "A path is accepted or refused wrongly.");
        FindingException.Unless(TileAddress.TryParse(input, out _) == accepted, "Text and bytes differ.");
        if (!accepted)
            return false;
        FindingException.Unless(address.ToString() == text, "A path has two forms.");
        var width = TileGeometry.WidthAt(address.Level, address.Index, long.MaxValue);
        FindingException.Unless(address.IsIn(long.MaxValue) == address.Width <= width, "The width is wrong.");
        FindingException.Unless(!address.IsIn(0), "An empty tree has a tile.");
        return true;
    }

    private static bool IsExpected(string text)
    {
        var match = Path().Match(text);
        if (!match.Success)
            return false;
        var digits = match.Groups["n"].Value.Replace("x", "", StringComparison.Ordinal)
            .Replace("/", "", StringComparison.Ordinal);
        return digits.Length <= 18 && long.Parse(digits, CultureInfo.InvariantCulture) <= TileAddress.MaxIndex;
    }

    [GeneratedRegex(
        @"^tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/(?<n>([0-9]{3}|(?!x000)(x[0-9]{3}/)+[0-9]{3}))"
        + @"(\.p/([1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]))?\z")]
    private static partial Regex Path();
}

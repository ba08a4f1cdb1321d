using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>A bundle after a byte with its width: it has one form, and no other width fits.</summary>
internal sealed class BundleTarget() : Target("tlog-bundle", typeof(EntryBundle), typeof(Tile))
{
    public override int MaxLength => 4096;

    public override bool Run(byte[] input)
    {
        if (input.Length == 0)
            return false;
        var content = input.AsMemory(1);
        if (Tile.TryParse(content, input[0], out var tile))
            FindingException.Unless(tile.Width == input[0], "A tile has another width.");
        if (!EntryBundle.TryDecode(content, input[0], out var entries))
            return false;
        FindingException.Unless(entries.Length == input[0], "A bundle has another number of entries.");
        FindingException.Unless(
            EntryBundle.Encode(entries).AsSpan().SequenceCompareTo(content.Span) == 0, "A bundle has two forms.");
        FindingException.Unless(!EntryBundle.TryDecode(content, input[0] + 1, out _), "A bundle has two widths.");
        return true;
    }
}

using System.Text.RegularExpressions;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>A group id is one owner and one name, in one spelling.</summary>
internal sealed partial class GroupIdTarget() : Target("group-id", typeof(GroupId), typeof(Did))
{
    public override int MaxLength => 600;

    public override IEnumerable<string> Words =>
        ["did:plc:abcdefghijklmnopqrstuvwx", "did:web:a.example.com", "#", "%23", "~", "at://"];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        var accepted = GroupId.TryParse(text, allowLocalhost: false, out var id);
        var parts = text.Split('#', 2);
        var expected = parts.Length == 2 && Did.TryParse(parts[0], allowLocalhost: false, out _)
            && NamePattern().IsMatch(parts[1]);
        FindingException.Unless(
            accepted == expected, accepted ? "An invalid group id is accepted." : "A valid group id is refused.");
        if (!accepted)
            return false;
        FindingException.Unless(
            id.Value == text && id.ToString() == text && id.Owner.Value == parts[0],
            "The text was changed.");
        FindingException.Unless(
            GroupId.TryParse(id.ToString(), allowLocalhost: false, out var again) && again == id,
            "The value does not round-trip.");
        return true;
    }

    [GeneratedRegex(@"^[A-Za-z0-9._:~-]{1,128}\z")]
    private static partial Regex NamePattern();
}

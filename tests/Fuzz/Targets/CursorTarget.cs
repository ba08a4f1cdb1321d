using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tests.Unit.KeyManagement;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A line with the list and one with the cursor: valid only exactly as the server made it, for that list.
/// </summary>
internal sealed class CursorTarget() : Target("cursor", typeof(Cursors), typeof(StrictBase64Url))
{
    private const string OtherList = "groups did:plc:ewvi7nxzyoun6zhxrhs64oiz";
    private const string OtherPosition = "owner:9c3335a6d6e023531bf08dec506a4f72~6ced2ce4";

    private static readonly Lazy<Keyring> Keyring = new(() => VectorKeyring.Make(Vector.Hex("key", "key"), ""));

    private static readonly string Made = $"{Vector.Text("cursor", "list")}\n{Vector.Text("cursor", "cursor")}";

    private readonly Cursors _cursors = new(Keyring.Value);

    public override int MaxLength => 2 * Cursors.MaxLength;

    public override IEnumerable<string> Words =>
    [
        Vector.Text("cursor", "list"), Vector.Text("cursor", "cursor"), OtherList, Of(OtherList, OtherPosition)
    ];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        var lines = text.Split('\n', 2);
        if (Read(lines[0], lines[^1]) is not { } position)
            return false;
        FindingException.Unless(
            text == Made || (lines[0] == OtherList && position == OtherPosition),
            "A cursor of another list is accepted.");
        FindingException.Unless(Of(lines[0], position) == lines[^1], "A changed cursor is accepted.");
        return true;
    }

    private string Of(string list, string position) =>
        _cursors.MakeAsync(list, position, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private string? Read(string list, string cursor)
    {
        try
        {
            return _cursors.ReadAsync(list, cursor, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (KeyserverException e)
        {
            Call.Refused(e);
            return null;
        }
    }
}

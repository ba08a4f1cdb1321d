using System.Security.Cryptography;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>A note has one form. Only the signed checkpoint verifies, also beside other signatures.</summary>
internal sealed class NoteTarget()
    : Target("tlog-note", typeof(Note), typeof(Checkpoint), typeof(NoteSignature))
{
    private static readonly byte[] Signed = System.Text.Encoding.UTF8.GetBytes(TlogVector.Text("checkpoint", "note"));

    private static readonly VerifierKey LogKey = Key("vkey");
    private static readonly VerifierKey CosignerKey = Key("cosigner_vkey");

    public override int MaxLength => 2048;

    public override int Cost => 2;

    public override IEnumerable<string> Words =>
        [.. TlogVector.Text("checkpoint", "note").Split('\n'), "\n\n", "— ", LogKey.ToString(), LogKey.Name];

    public override bool Run(byte[] input)
    {
        _ = VerifierKey.TryParse(input, out var vkey);
        FindingException.Unless(vkey is null || vkey.ToString() == Texts.Of(input), "A vkey has two forms.");
        if (Checkpoint.TryParse(input, out var head))
            FindingException.Unless(Same(head.Format(), input), "A checkpoint has two forms.");
        if (!Note.TryParse(input, out var note))
            return false;
        FindingException.Unless(Same(note.Format(), input), "A note has two forms.");
        var isSigned = note.Check(LogKey).Status == SignatureStatus.Valid;
        var isCosigned = note.Check(CosignerKey).Status == SignatureStatus.Valid;
        FindingException.Unless(
            !(isSigned || isCosigned) || Signed.AsSpan().StartsWith(note.Text.Span), "A changed text verifies.");
        return true;
    }

    private static VerifierKey Key(string name) =>
        VerifierKey.TryParse(TlogVector.Text("keys", name), out var key)
            ? key
            : throw new FindingException("The vector has no valid key.");

    private static bool Same(byte[] a, byte[] b) => CryptographicOperations.FixedTimeEquals(a, b);
}

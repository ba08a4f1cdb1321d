using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>A proof has one form, and so has its extra data. Only the vector's tree includes its entry.</summary>
internal sealed class ProofTarget()
    : Target("tlog-proof", typeof(TlogProof), typeof(ProofExtra), typeof(Checkpoint))
{
    private static readonly Hash Leaf = new(TlogVector.Hex("entries", 5, "leaf"));
    private static readonly Hash Root = new(TlogVector.Hex("checkpoint", "root"));

    public override int MaxLength => 4096;

    public override IEnumerable<string> Words =>
        [.. TlogVector.Text("proof", "text").Split('\n'), "extra ", "index ", "c2sp.org/tlog-proof@v1\n"];

    public override bool Run(byte[] input)
    {
        ReadExtra(input);
        if (!TlogProof.TryParse(input, out var proof))
            return false;
        FindingException.Unless(proof.ToString() == Texts.Of(input), "A proof has two forms.");
        FindingException.Unless(
            !proof.Includes(Leaf) || (proof.Checkpoint.Root == Root && proof.Index == 5), "A forged proof verifies.");
        ReadExtra(proof.Extra.Span);
        return true;
    }

    private static void ReadExtra(ReadOnlySpan<byte> bytes)
    {
        if (ProofExtra.TryParse(bytes, out var extra))
            FindingException.Unless(bytes.SequenceCompareTo(extra.Encode()) == 0, "Extra data has two forms.");
    }
}

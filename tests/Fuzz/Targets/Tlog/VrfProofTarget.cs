using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>A VRF proof has one form. Only the proof of the vector verifies.</summary>
internal sealed class VrfProofTarget()
    : Target("tlog-vrf", typeof(VrfProof), typeof(VrfPublicKey), typeof(VrfSecretKey))
{
    private static readonly byte[] Proof = TlogVector.Hex("labels", 0, "vrf_proof");
    private static readonly byte[] Alpha = TlogVector.Hex("labels", 0, "input");

    private readonly VrfPublicKey _key = VrfPublicKey.TryParse(TlogVector.Hex("keys", "vrf_key"), out var key)
        ? key
        : throw new FindingException("The vector has no valid key.");

    public override int MaxLength => VrfProof.Size + 2;

    public override int Cost => 4;

    public override bool Run(byte[] input)
    {
        ReadKeys(input.AsSpan(0, Math.Min(input.Length, VrfPublicKey.Size)));
        if (!VrfProof.TryParse(input, out var proof))
            return false;
        var isProof = input.AsSpan().SequenceCompareTo(Proof) == 0;
        FindingException.Unless(_key.TryVerify(Alpha, proof, out var output) == isProof, "A forged proof verifies.");
        FindingException.Unless(isProof == output is not null, "There is an output without a proof.");
        FindingException.Unless(!_key.TryVerify(input, proof, out _), "A proof verifies for another input.");
        return true;
    }

    private static void ReadKeys(ReadOnlySpan<byte> bytes)
    {
        if (VrfPublicKey.TryParse(bytes, out var publicKey))
            FindingException.Unless(publicKey.Bytes.Span.SequenceCompareTo(bytes) == 0, "A key has two forms.");
        if (!VrfSecretKey.TryImport(bytes, out var secretKey))
            return;
        using (secretKey)
        {
            Span<byte> exported = stackalloc byte[VrfSecretKey.Size];
            secretKey.Export(exported);
            FindingException.Unless(exported.SequenceCompareTo(bytes) == 0, "A secret key has two forms.");
            FindingException.Unless(
                secretKey.PublicKey.TryVerify(Alpha, secretKey.Prove(Alpha), out _), "A key does not prove.");
        }
    }
}

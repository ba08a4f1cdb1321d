using System.Diagnostics.CodeAnalysis;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A VRF proof: Gamma (32 bytes) ‖ c (16) ‖ s (32). Its output is only to be used after the proof was verified.
/// <see href="https://c2sp.org/vrf-r255"/>
/// </summary>
public sealed class VrfProof
{
    /// <summary>In bytes.</summary>
    public const int Size = Ristretto255.Size + VrfHash.ChallengeSize + Ristretto255.Size;

    /// <summary>Of the output, in bytes.</summary>
    public const int OutputSize = 64;

    private readonly byte[] _bytes;

    private VrfProof(byte[] bytes) => _bytes = bytes;

    /// <summary>The 80 bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    internal ReadOnlySpan<byte> Gamma => _bytes.AsSpan(0, Ristretto255.Size);

    internal ReadOnlySpan<byte> Challenge => _bytes.AsSpan(Ristretto255.Size, VrfHash.ChallengeSize);

    internal ReadOnlySpan<byte> Scalar => _bytes.AsSpan(Ristretto255.Size + VrfHash.ChallengeSize);

    /// <summary>ECVRF_decode_proof: false unless Gamma is an element and s is below the group order.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VrfProof? proof)
    {
        proof = null;
        if (bytes.Length != Size)
            return false;
        var read = new VrfProof(bytes.ToArray());
        if (!Ristretto255.IsElement(read.Gamma) || !Ristretto255.IsScalar(read.Scalar))
            return false;
        proof = read;
        return true;
    }

    /// <summary>ECVRF_proof_to_hash: 64 bytes.</summary>
    public byte[] ToOutput()
    {
        var output = new byte[OutputSize];
        VrfHash.ToOutput(Gamma, output);
        return output;
    }

    internal static VrfProof From(ReadOnlySpan<byte> gamma, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> scalar) =>
        new([.. gamma, .. challenge, .. scalar]);
}

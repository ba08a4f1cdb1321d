namespace AtpKeyserver.Identity.Signatures;

/// <summary>Verifies with <see cref="LibSecp256k1"/>, which must be loaded.</summary>
/// <param name="xy">The key, 64 bytes <c>x ‖ y</c>.</param>
internal sealed class Secp256k1Verifier(ReadOnlySpan<byte> xy) : ISignatureVerifier
{
    private readonly byte[] _key = LibSecp256k1.ParsePublicKey(xy);

    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        LibSecp256k1.Verify(_key, hash, signature);
}

namespace AtpKeyserver.Identity.Signatures;

/// <summary>Verifies ECDSA signatures of one public key. Thread-safe.</summary>
internal interface ISignatureVerifier
{
    /// <summary>
    /// Whether <paramref name="signature"/> (64 bytes <c>r ‖ s</c> in range, high or low s) is valid for
    /// <paramref name="hash"/> (32 bytes).
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);
}

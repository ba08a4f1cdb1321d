using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>
/// XChaCha20-Poly1305. The text form is lower-case hex of a random nonce (24 bytes), the ciphertext and the tag (16
/// bytes). The associated data is the AT-URI in UTF-8, so content that is copied to another record does not decrypt.
/// <see href="https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03"/>
/// </summary>
internal static class ContentCipher
{
    internal const int NonceSize = 24;
    internal const int Overhead = NonceSize + 16;

    /// <summary>In bytes. The hex of more does not fit into a string.</summary>
    internal const int MaxPlaintext = 500_000_000;

    private static readonly AeadAlgorithm Algorithm = AeadAlgorithm.XChaCha20Poly1305;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public static string Encrypt(Key key, string associated, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        RandomNumberGenerator.Fill(nonce);
        return Encrypt(key, nonce, associated, plaintext);
    }

    /// <summary>For test vectors only: the caller chooses the nonce.</summary>
    internal static string Encrypt(Key key, ReadOnlySpan<byte> nonce, string associated, ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length > MaxPlaintext)
            throw new ArgumentException($"At most {MaxPlaintext} bytes can be encrypted.", nameof(plaintext));
        var length = plaintext.Length + Overhead;
        var (message, aad) = (ArrayPool<byte>.Shared.Rent(length),
            ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(associated.Length)));
        try
        {
            nonce.CopyTo(message);
            Algorithm.Encrypt(key, nonce, aad.AsSpan(0, Utf8.GetBytes(associated, aad)), plaintext,
                message.AsSpan(NonceSize..length));
            return Convert.ToHexStringLower(message.AsSpan(0, length));
        }
        finally
        {
            // Neither buffer holds a secret, so they are not cleared.
            ArrayPool<byte>.Shared.Return(message);
            ArrayPool<byte>.Shared.Return(aad);
        }
    }

    /// <exception cref="DecryptionFailedException">For every cause.</exception>
    public static byte[] Decrypt(Key key, string associated, string ciphertext)
    {
        RequireForm(ciphertext);
        var length = ciphertext.Length / 2;
        var (message, aad) = (ArrayPool<byte>.Shared.Rent(length),
            ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(associated.Length)));
        try
        {
            if (Convert.FromHexString(ciphertext, message, out _, out _) != OperationStatus.Done)
                throw new DecryptionFailedException();
            return Algorithm.Decrypt(
                key, message.AsSpan(0, NonceSize), aad.AsSpan(0, Utf8.GetBytes(associated, aad)),
                message.AsSpan(NonceSize..length))
                ?? throw new DecryptionFailedException();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
            ArrayPool<byte>.Shared.Return(aad);
        }
    }

    /// <summary>Checks what can be checked without a key.</summary>
    public static void RequireForm(string ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        if (ciphertext.Length % 2 != 0 || ciphertext.Length < 2 * Overhead
            || ciphertext.AsSpan().ContainsAnyExcept(HexDigits))
            throw new DecryptionFailedException();
    }
}

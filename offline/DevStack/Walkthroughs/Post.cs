using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>
/// A post as it lies in a public repository: hex(24-byte random nonce) + hex(ciphertext ‖ 16-byte tag), XChaCha20-Poly1305, with the
/// AT-URI of the record as associated data. Apps do this; the keyserver never sees a post.
/// </summary>
internal static class Post
{
    private static readonly AeadAlgorithm Algorithm = AeadAlgorithm.XChaCha20Poly1305;

    public static string Encrypt(string keyHex, string uri, string text)
    {
        using var key = Import(keyHex);
        var nonce = RandomNumberGenerator.GetBytes(Algorithm.NonceSize);
        var sealedText = Algorithm.Encrypt(key, nonce, Encoding.UTF8.GetBytes(uri), Encoding.UTF8.GetBytes(text));
        return Convert.ToHexStringLower(nonce) + Convert.ToHexStringLower(sealedText);
    }

    /// <summary>The text, or null if key, AT-URI or ciphertext are not those it was encrypted with.</summary>
    public static string? Decrypt(string keyHex, string uri, string post)
    {
        using var key = Import(keyHex);
        var bytes = Convert.FromHexString(post);
        var nonce = bytes.AsSpan(0, Algorithm.NonceSize);
        var text = Algorithm.Decrypt(key, nonce, Encoding.UTF8.GetBytes(uri), bytes.AsSpan(Algorithm.NonceSize));
        return text is null ? null : Encoding.UTF8.GetString(text);
    }

    private static Key Import(string keyHex) => Key.Import(Algorithm, Convert.FromHexString(keyHex), KeyBlobFormat.RawSymmetricKey);
}

using System.Runtime.InteropServices;

namespace AtpKeyserver.Perf.Client;

/// <summary>The baseline: NSec's libsodium, with existing buffers and without the text form.</summary>
internal static unsafe partial class Libsodium
{
    private const string Library = "libsodium";

    [LibraryImport(Library)]
    internal static partial int sodium_init();

    [LibraryImport(Library)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        byte* ciphertext,
        ulong* ciphertextLength,
        byte* plaintext,
        ulong plaintextLength,
        byte* associatedData,
        ulong associatedDataLength,
        byte* noSecret,
        byte* nonce,
        byte* key);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        byte* plaintext,
        ulong* plaintextLength,
        byte* noSecret,
        byte* ciphertext,
        ulong ciphertextLength,
        byte* associatedData,
        ulong associatedDataLength,
        byte* nonce,
        byte* key);

    public static void Encrypt(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext, byte[] ciphertext)
    {
        fixed (byte* k = key, n = nonce, a = aad, p = plaintext, c = ciphertext)
        {
            _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                c, null, p, (ulong)plaintext.Length, a, (ulong)aad.Length, null, n, k);
        }
    }

    public static void Decrypt(byte[] key, byte[] nonce, byte[] aad, byte[] ciphertext, byte[] plaintext)
    {
        fixed (byte* k = key, n = nonce, a = aad, p = plaintext, c = ciphertext)
        {
            var status = crypto_aead_xchacha20poly1305_ietf_decrypt(
                p, null, null, c, (ulong)ciphertext.Length, a, (ulong)aad.Length, n, k);
            if (status != 0)
                throw new InvalidOperationException("libsodium failed to decrypt the ciphertext.");
        }
    }
}

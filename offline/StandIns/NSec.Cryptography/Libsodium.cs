using System.Runtime.InteropServices;

namespace NSec.Cryptography;

/// <summary>The functions of libsodium 1.0.18 and later (Debian <c>libsodium23</c>) that the algorithms need.</summary>
/// <remarks>Source: https://doc.libsodium.org and the headers <c>sodium/*.h</c>.</remarks>
internal static unsafe partial class Libsodium
{
    private const string Library = "libsodium.so.23";

    // sodium_init: 0 done, 1 done before, -1 failed. A static constructor runs once, before the first call of any thread.
    static Libsodium()
    {
        if (sodium_init() < 0)
            throw Error.InitializationFailed();
    }

    [LibraryImport(Library)]
    private static partial int sodium_init();

    [LibraryImport(Library)]
    internal static partial nint sodium_malloc(nuint size);

    [LibraryImport(Library)]
    internal static partial void sodium_free(nint address);

    [LibraryImport(Library)]
    internal static partial int crypto_sign_ed25519_seed_keypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(Library)]
    internal static partial int crypto_sign_ed25519_detached(byte* signature, ulong* signatureLength, byte* data, ulong dataLength,
        byte* secretKey);

    [LibraryImport(Library)]
    internal static partial int crypto_sign_ed25519_verify_detached(byte* signature, byte* data, ulong dataLength, byte* publicKey);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(byte* ciphertext, ulong* ciphertextLength,
        byte* plaintext, ulong plaintextLength, byte* associatedData, ulong associatedDataLength, byte* noSecret, byte* nonce, byte* key);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(byte* plaintext, ulong* plaintextLength, byte* noSecret,
        byte* ciphertext, ulong ciphertextLength, byte* associatedData, ulong associatedDataLength, byte* nonce, byte* key);
}

using System.Diagnostics;

namespace NSec.Cryptography;

/// <summary>Every exception that the package throws: same types as the official one throws.</summary>
[StackTraceHidden]
internal static class Error
{
    internal static ArgumentException CiphertextLength(string name) =>
        new("The ciphertext must be exactly the tag longer than the plaintext.", name);

    internal static ArgumentException FormatNotSupported(string name, KeyBlobFormat format) =>
        new($"The algorithm has no key blob format {format}.", name);

    internal static ArgumentException KeyMismatch(string name) =>
        new("The key was made for another algorithm.", name);

    internal static ArgumentException NonceLength(string name, int size) =>
        new($"A nonce has {size} bytes.", name);

    internal static ArgumentException Overlap(string name) =>
        new("Plaintext and ciphertext overlap without starting together.", name);

    internal static ArgumentException PlaintextLength(string name) =>
        new("The plaintext must be exactly the tag shorter than the ciphertext.", name);

    internal static ArgumentException PlaintextTooLong(string name, int maximum) =>
        new($"A plaintext has at most {maximum} bytes.", name);

    internal static ArgumentException SignatureLength(string name, int size) =>
        new($"A signature has {size} bytes.", name);

    internal static FormatException InvalidBlob() => new("The key blob is malformed.");

    internal static InvalidOperationException AlreadyArchived() => new("The key was archived before: it leaves only once.");

    internal static InvalidOperationException ExportNotAllowed() => new("The key was not made to be exported.");

    internal static InvalidOperationException InitializationFailed() => new("libsodium could not be initialised.");

    internal static InvalidOperationException Internal() => new("An internal error occurred.");

    internal static InvalidOperationException NoPublicKey() => new("The key has no public key.");
}

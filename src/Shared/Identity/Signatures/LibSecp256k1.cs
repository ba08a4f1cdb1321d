using System.Reflection;
using System.Runtime.InteropServices;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// <see href="https://github.com/bitcoin-core/secp256k1">libsecp256k1</see>, if it lies beside the app or is installed (Debian: <c>libsecp256k1-1</c>): it
/// verifies an ES256K signature in a tenth of the time that OpenSSL takes. Nothing needs it: without it <see cref="FrameworkVerifier"/> does the work.
/// </summary>
internal static unsafe partial class LibSecp256k1
{
    /// <summary>Bytes of a parsed public key and of a parsed signature; their contents are the library's own.</summary>
    public const int ParsedSize = 64;

    private const string Library = "secp256k1";
    private const uint ContextNone = 1;

    /// <summary>The sonames so far; these functions are the same in all of them.</summary>
    private static readonly string[] Files = ["libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.5", "libsecp256k1.so.6"];

    /// <summary>Never changed after it was made, so all threads share it.</summary>
    private static readonly nint Context = Load();

    /// <summary>Whether the library is there.</summary>
    public static bool IsLoaded => Context != 0;

    /// <summary>Parses <c>x ‖ y</c>, 64 bytes, which was checked to be a point of the curve.</summary>
    public static byte[] ParsePublicKey(ReadOnlySpan<byte> xy)
    {
        Span<byte> point = [0x04, .. xy];
        var parsed = new byte[ParsedSize];
        fixed (byte* from = point, to = parsed)
        {
            if (secp256k1_ec_pubkey_parse(Context, to, from, (nuint)point.Length) != 1)
                throw new ArgumentException("This is not a point of secp256k1.", nameof(xy));
        }

        return parsed;
    }

    /// <summary>Whether <paramref name="signature"/>, <c>r ‖ s</c>, is the key's over <paramref name="hash"/>.</summary>
    /// <param name="publicKey">As <see cref="ParsePublicKey"/> made it.</param>
    /// <param name="hash">32 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    public static bool Verify(byte[] publicKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, 32);
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, CurveDomain.SignatureSize);
        var parsed = stackalloc byte[ParsedSize];
        fixed (byte* key = publicKey, digest = hash, compact = signature)
        {
            if (secp256k1_ecdsa_signature_parse_compact(Context, parsed, compact) != 1)
                return false;
            // The library verifies signatures with a low s only; -s signs the same.
            _ = secp256k1_ecdsa_signature_normalize(Context, parsed, parsed);
            return secp256k1_ecdsa_verify(Context, parsed, digest, key) == 1;
        }
    }

    private static nint Load()
    {
        var assembly = typeof(LibSecp256k1).Assembly;
        NativeLibrary.SetDllImportResolver(assembly, Resolve);
        try
        {
            return secp256k1_context_create(ContextNone);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        foreach (var file in Files)
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out var handle))
                return handle;
        }

        return 0;
    }

    [LibraryImport(Library)]
    private static partial nint secp256k1_context_create(uint flags);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_pubkey_parse(nint context, byte* parsed, byte* input, nuint length);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_signature_parse_compact(nint context, byte* parsed, byte* input);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_signature_normalize(nint context, byte* result, byte* input);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_verify(nint context, byte* signature, byte* hash, byte* publicKey);
}

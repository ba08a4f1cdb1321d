using System.Reflection;
using System.Runtime.InteropServices;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// Optional <see href="https://github.com/bitcoin-core/secp256k1">libsecp256k1</see>, loaded from the app's folder or
/// the system (Debian: <c>libsecp256k1-1</c>). It verifies ES256K ten times faster than OpenSSL. Without it,
/// <see cref="FrameworkVerifier"/> is used.
/// </summary>
internal static unsafe partial class LibSecp256k1
{
    /// <summary>Bytes of a parsed public key or signature; the layout is internal to the library.</summary>
    public const int ParsedSize = 64;

    private const string Library = "secp256k1";
    private const uint ContextNone = 1;

    /// <summary>All known sonames; these functions are the same in each.</summary>
    private static readonly string[] Files =
        ["libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.5", "libsecp256k1.so.6"];

    /// <summary>Immutable after creation, so all threads share it.</summary>
    private static readonly nint Context = Load();

    public static bool IsLoaded => Context != 0;

    /// <summary>Parses <c>x ‖ y</c>, 64 bytes. The caller must have checked that it is a point of the curve.</summary>
    public static byte[] ParsePublicKey(ReadOnlySpan<byte> xy)
    {
        Span<byte> point = [0x04, .. xy];
        var parsed = new byte[ParsedSize];
        fixed (byte* from = point, to = parsed)
        {
            if (secp256k1_ec_pubkey_parse(Context, to, from, (nuint)point.Length) != 1)
                throw new ArgumentException("The value is not a point of secp256k1.", nameof(xy));
        }

        return parsed;
    }

    /// <summary>Whether <paramref name="signature"/>, <c>r ‖ s</c>, is valid for <paramref name="hash"/>.</summary>
    /// <param name="publicKey">From <see cref="ParsePublicKey"/>.</param>
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
            // The library rejects high s; −s is equivalent.
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

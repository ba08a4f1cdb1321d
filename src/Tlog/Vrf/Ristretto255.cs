using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The group ristretto255 (RFC 9496) by libsodium, which NSec brings with it. Elements and scalars are 32 bytes;
/// scalars are little-endian. <see href="https://doc.libsodium.org/advanced/point-arithmetic/ristretto"/>
/// </summary>
internal static unsafe partial class Ristretto255
{
    /// <summary>Of an encoded element or a scalar, in bytes.</summary>
    public const int Size = 32;

    /// <summary>Of the input of <see cref="FromUniform"/> and <see cref="Reduce"/>, in bytes.</summary>
    public const int UniformSize = 64;

    private const string Library = "libsodium";

    static Ristretto255()
    {
        // It selects implementations; calls after the first do nothing.
        if (sodium_init() < 0)
            throw new CryptographicException("libsodium cannot be initialized.");
    }

    /// <summary>Whether the bytes are the canonical encoding of an element. The identity, all zeros, is one.</summary>
    public static bool IsElement(ReadOnlySpan<byte> element)
    {
        fixed (byte* p = Checked(element))
            return crypto_core_ristretto255_is_valid_point(p) == 1;
    }

    /// <summary>Whether the element is the identity.</summary>
    public static bool IsIdentity(ReadOnlySpan<byte> element) => element.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Whether the bytes are below the group order; for public scalars.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        Span<byte> wide = stackalloc byte[UniformSize];
        Span<byte> reduced = stackalloc byte[Size];
        Checked(scalar).CopyTo(wide);
        Reduce(wide, reduced);
        var isReduced = CryptographicOperations.FixedTimeEquals(reduced, scalar);
        CryptographicOperations.ZeroMemory(wide);
        CryptographicOperations.ZeroMemory(reduced);
        return isReduced;
    }

    /// <summary>Maps 64 uniform bytes to an element.</summary>
    public static void FromUniform(ReadOnlySpan<byte> uniform, Span<byte> element)
    {
        fixed (byte* to = Checked(element), from = Checked(uniform, UniformSize))
            Require(crypto_core_ristretto255_from_hash(to, from));
    }

    /// <summary>A 64-byte number modulo the group order.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> scalar)
    {
        fixed (byte* to = Checked(scalar), from = Checked(wide, UniformSize))
            crypto_core_ristretto255_scalar_reduce(to, from);
    }

    /// <summary>scalar · element, in constant time. The result may be the identity.</summary>
    /// <exception cref="ArgumentException">The element is not valid.</exception>
    public static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element, Span<byte> product)
    {
        if (!IsElement(element))
            throw new ArgumentException("The bytes are no element of ristretto255.", nameof(element));
        // libsodium reports a product that is the identity as an error; the bytes are then already all zeros.
        fixed (byte* to = Checked(product), factor = Checked(scalar), from = element)
            if (crypto_scalarmult_ristretto255(to, factor, from) != 0)
                product.Clear();
    }

    /// <summary>scalar · generator, in constant time; the result may be the identity.</summary>
    public static void MultiplyBase(ReadOnlySpan<byte> scalar, Span<byte> product)
    {
        fixed (byte* to = Checked(product), factor = Checked(scalar))
            if (crypto_scalarmult_ristretto255_base(to, factor) != 0)
                product.Clear();
    }

    /// <summary>left - right; both must be valid elements.</summary>
    public static void Subtract(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> difference)
    {
        fixed (byte* to = Checked(difference), a = Checked(left), b = Checked(right))
            Require(crypto_core_ristretto255_sub(to, a, b));
    }

    /// <summary>a · b + c modulo the group order, in constant time.</summary>
    public static void MultiplyAdd(
        ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, Span<byte> result)
    {
        fixed (byte* to = Checked(result), x = Checked(a), y = Checked(b), z = Checked(c))
        {
            crypto_core_ristretto255_scalar_mul(to, x, y);
            crypto_core_ristretto255_scalar_add(to, to, z);
        }
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> bytes, int size = Size)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, size, nameof(bytes));
        return bytes;
    }

    private static Span<byte> Checked(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size, nameof(bytes));
        return bytes;
    }

    private static void Require(int status)
    {
        if (status != 0)
            throw new ArgumentException("The bytes are no element of ristretto255.");
    }

    [LibraryImport(Library)]
    private static partial int sodium_init();

    [LibraryImport(Library)]
    private static partial int crypto_core_ristretto255_is_valid_point(byte* p);

    [LibraryImport(Library)]
    private static partial int crypto_core_ristretto255_from_hash(byte* p, byte* r);

    [LibraryImport(Library)]
    private static partial int crypto_core_ristretto255_sub(byte* r, byte* p, byte* q);

    [LibraryImport(Library)]
    private static partial void crypto_core_ristretto255_scalar_reduce(byte* r, byte* s);

    [LibraryImport(Library)]
    private static partial void crypto_core_ristretto255_scalar_mul(byte* z, byte* x, byte* y);

    [LibraryImport(Library)]
    private static partial void crypto_core_ristretto255_scalar_add(byte* z, byte* x, byte* y);

    [LibraryImport(Library)]
    private static partial int crypto_scalarmult_ristretto255(byte* q, byte* n, byte* p);

    [LibraryImport(Library)]
    private static partial int crypto_scalarmult_ristretto255_base(byte* q, byte* n);
}

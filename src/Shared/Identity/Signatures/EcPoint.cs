using System.Numerics;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// Parses public points (SEC 1 section 2.3.4): 33 bytes <c>02/03 ‖ x</c> or 65 bytes <c>04 ‖ x ‖ y</c>. Rejects the
/// hybrid form and the point at infinity. .NET imports only uncompressed points, so they are decompressed here.
/// </summary>
internal static class EcPoint
{
    public const int CompressedSize = 1 + CurveDomain.Size;
    public const int UncompressedSize = 1 + 2 * CurveDomain.Size;

    /// <summary>
    /// Parses a point into <c>x ‖ y</c>, 64 bytes. False for a wrong length or prefix, or a point that is not on the
    /// curve.
    /// </summary>
    public static bool TryRead(EcCurve curve, ReadOnlySpan<byte> encoded, Span<byte> xy)
    {
        var domain = CurveDomain.Of(curve);
        if (encoded.Length == CompressedSize && encoded[0] is 0x02 or 0x03)
        {
            if (!domain.TryFindY(Number(encoded[1..]), odd: encoded[0] == 0x03, out var y))
                return false;
            encoded[1..].CopyTo(xy);
            Write(y, xy[CurveDomain.Size..(2 * CurveDomain.Size)]);
            return true;
        }

        if (encoded.Length != UncompressedSize || encoded[0] != 0x04)
            return false;
        if (!domain.Contains(Number(encoded.Slice(1, CurveDomain.Size)), Number(encoded[CompressedSize..])))
            return false;
        encoded[1..].CopyTo(xy);
        return true;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger number, Span<byte> into)
    {
        into.Clear();
        var length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(into[(into.Length - length)..], out _, isUnsigned: true, isBigEndian: true);
    }
}

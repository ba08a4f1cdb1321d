using System.Text;
using AtpKeyserver.Errors;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Extracts the token of an <c>Authorization</c> header: <c>Bearer</c> (case-insensitive), spaces, the token. RFC 9110
/// section 11.4, RFC 6750 section 2.1.
/// </summary>
internal static class BearerToken
{
    /// <summary>8 KiB; typical tokens have about 400 bytes.</summary>
    public const int MaxLength = 8 * 1024;

    private const string Scheme = "Bearer";

    /// <summary>The token, 1 to <see cref="MaxLength"/> characters.</summary>
    /// <exception cref="Errors.KeyserverException">AuthenticationRequired, BadJwt.</exception>
    public static ReadOnlySpan<char> Find(string? authorizationHeader)
    {
        var header = authorizationHeader.AsSpan();
        if (header.Length <= Scheme.Length
            || header[Scheme.Length] != ' '
            || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw TokenRefusal.Missing();
        }

        var token = header[Scheme.Length..].TrimStart(' ');
        if (token.IsEmpty)
            throw TokenRefusal.Missing();
        return token.Length <= MaxLength ? token : throw TokenRefusal.Form("The token exceeds 8 KiB");
    }

    /// <summary>Copies the token to <paramref name="into"/>, which must have the same length.</summary>
    /// <exception cref="Errors.KeyserverException">BadJwt: not ASCII.</exception>
    public static void ToBytes(ReadOnlySpan<char> token, Span<byte> into)
    {
        if (Ascii.FromUtf16(token, into, out _) != System.Buffers.OperationStatus.Done)
            throw TokenRefusal.Form("The token must be base64url");
    }
}

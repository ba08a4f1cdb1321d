using System.Buffers.Text;
using System.Text.Json;

namespace AtpKeyserver.Client;

/// <summary>Reads when a JWT expires. Does not verify it: the keyserver does.</summary>
internal static class TokenLifetime
{
    /// <returns>Null if the token has no usable <c>exp</c>: such a token is used once.</returns>
    public static DateTimeOffset? EndOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
            return null;
        try
        {
            var exp = JsonSerializer.Deserialize(
                Base64Url.DecodeFromChars(parts[1]), WireJson.Default.TokenClaims)?.Exp;
            return exp is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds((long)exp) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Collections.Concurrent;
using Azure.Core;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>
/// A vault's response to a request without a token: <c>Bearer authorization="https://login…/{tenant}",
/// resource="https://vault.azure.net"</c>. Cached per vault for the process. Source:
/// https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
/// </summary>
internal sealed record Challenge(string TenantId, string Scope)
{
    private const string Bearer = "Bearer ";
    private static readonly ConcurrentDictionary<string, Challenge> Known = new(StringComparer.OrdinalIgnoreCase);

    public static Challenge KnownOf(Uri vault) => Known.GetValueOrDefault(vault.Authority);

    public void Remember(Uri vault) => Known[vault.Authority] = this;

    /// <summary>Null if the header has no challenge with an authority and a resource.</summary>
    public static Challenge Parse(Response response)
    {
        if (!response.Headers.TryGetValue(HttpHeader.Names.WwwAuthenticate, out var header)
            || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return null;
        string authority = null, scope = null;
        foreach (var part in header[Bearer.Length..].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                continue;
            var value = part[(equals + 1)..].Trim(' ', '"');
            switch (part[..equals].Trim().ToUpperInvariant())
            {
                case "AUTHORIZATION" or "AUTHORIZATION_URI": authority = value; break;
                case "RESOURCE": scope = value.TrimEnd('/') + "/.default"; break;
                case "SCOPE": scope = value; break;
            }
        }

        return scope is not null && Uri.TryCreate(authority, UriKind.Absolute, out var login)
            ? new Challenge(login.AbsolutePath.Trim('/').Split('/')[0], scope)
            : null;
    }

    /// <exception cref="InvalidOperationException">The resource is not the parent domain of the vault.</exception>
    public void Verify(Uri vault)
    {
        if (!Uri.TryCreate(Scope, UriKind.Absolute, out var resource))
            throw new InvalidOperationException($"The challenge names '{Scope}', which is not a resource.");
        if (!vault.Host.EndsWith($".{resource.Host}", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException(
                $"The challenge resource '{resource.Host}' does not match the requested domain '{vault.Host}'. " +
                "DisableChallengeResourceVerification in the client's options allows it.");
    }
}

using Azure.Core;

namespace Azure.Security.KeyVault.Keys.Cryptography;

/// <summary>Options of a cryptography client, with the REST API version.</summary>
public class CryptographyClientOptions : ClientOptions
{
    public CryptographyClientOptions(ServiceVersion version = ServiceVersion.V7_5)
    {
        ApiVersion = version switch
        {
            ServiceVersion.V7_4 => "7.4",
            ServiceVersion.V7_5 => "7.5",
            _ => throw new ArgumentException($"Version {version} is not supported.", nameof(version)),
        };
        Version = version;
        Diagnostics.LoggedQueryParameters.Add("api-version");
    }

#pragma warning disable CA1707 // Names of the official package
    public enum ServiceVersion
    {
        V7_4 = 4,
        V7_5 = 5,
    }
#pragma warning restore CA1707

    public ServiceVersion Version { get; }

    /// <summary>
    /// By default, a token is requested only for a resource whose host is the vault's parent domain, so that no token
    /// is sent to a wrong address.
    /// </summary>
    public bool DisableChallengeResourceVerification { get; set; }

    /// <summary>The value of <c>api-version</c>.</summary>
    internal string ApiVersion { get; }
}

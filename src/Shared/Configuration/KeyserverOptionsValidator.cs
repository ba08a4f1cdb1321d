using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Configuration;

/// <summary>
/// Validates the settings at startup. Each message says what to set. Emulator settings are rejected outside
/// development.
/// </summary>
public sealed class KeyserverOptionsValidator(IHostEnvironment environment) : IValidateOptions<KeyserverOptions>
{
    /// <summary>The system resolver's maximum; each server has 1 s of a lookup's 3 s.</summary>
    private const int MaxNameServers = 3;

    public ValidateOptionsResult Validate(string? name, KeyserverOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private IEnumerable<string> Check(KeyserverOptions options)
    {
        var isDevelopment = environment.IsDevelopment();
        if (!Did.TryParse(options.Did, isDevelopment, out _))
        {
            yield return "Set Keyserver__Did to this server's DID, did:web:{host} or did:plc:…; "
                + "it is the audience of its tokens.";
        }

        if (!IsOrigin(options.PublicOrigin, isDevelopment))
            yield return "Set Keyserver__PublicOrigin to this server's public URL, https://{host} without a path.";
        if (!IsUrl(options.PlcDirectory, isDevelopment))
            yield return "Set Keyserver__PlcDirectory to the https URL of a PLC directory.";
        if (options.NameServers.Count > MaxNameServers
            || options.NameServers.Any(server => NameServerAddress.Find(server) is null))
        {
            yield return "Set Keyserver__NameServers__0 to __2 to IP addresses of name servers, "
                + "each with an optional port; at most 3 are allowed.";
        }

        if (options.SecurityContact.Length > 0 && !IsContact(options.SecurityContact))
            yield return "Set Keyserver__SecurityContact to an https URL or mailto:{address}, or leave it empty.";
        if (options.AllowLocalhost && !isDevelopment)
            yield return "Keyserver__AllowLocalhost is for development only: unset it.";
        if (options.PublicCreationsPerHour is < 0 or > 1_000_000)
            yield return "Set Keyserver__PublicCreationsPerHour to a number from 0 to 1000000.";
        if (options.AccessLog.RetentionDays is < 30 or > 180)
            yield return "Set Keyserver__AccessLog__RetentionDays to a number of days from 30 to 180.";
        if (options.MaintenancePerSecond is < 1 or > 10_000)
            yield return "Set Keyserver__MaintenancePerSecond to a number from 1 to 10000.";
        if (!Enum.IsDefined(options.Mode))
            yield return "Set Keyserver__Mode to Normal, ReadOnly or Offline.";
        if (!Enum.IsDefined(options.Replay))
            yield return "Set Keyserver__Replay to Off, Procedures or All.";
        if (!Enum.IsDefined(options.AccessLog.IpAddresses))
            yield return "Set Keyserver__AccessLog__IpAddresses to Off, Truncated or Full.";
        foreach (var error in CheckTables(options.Tables, isDevelopment))
            yield return error;
        foreach (var error in CheckVault(options.KeyVault, isDevelopment))
            yield return error;
    }

    private static IEnumerable<string> CheckTables(TablesOptions tables, bool isDevelopment)
    {
        if (tables.ConnectionString.Length > 0)
        {
            if (!isDevelopment)
            {
                yield return "Keyserver__Tables__ConnectionString contains an account key and is for development only: "
                    + "set Keyserver__Tables__ServiceUri instead.";
            }
        }
        else if (!IsUrl(tables.ServiceUri, allowHttp: false))
        {
            yield return "Set Keyserver__Tables__ServiceUri to https://{account}.table.core.windows.net.";
        }
    }

    private static IEnumerable<string> CheckVault(KeyVaultOptions vault, bool isDevelopment)
    {
        if (!Uri.TryCreate(vault.KeyId, UriKind.Absolute, out var id)
            || id.Scheme != Uri.UriSchemeHttps
            || id.Segments is not [_, "keys/", _])
        {
            yield return "Set Keyserver__KeyVault__KeyId to https://{vault}.vault.azure.net/keys/{name} "
                + "without a version.";
        }
        else if (!isDevelopment && (vault.EmulatorToken.Length > 0 || id.IsLoopback))
        {
            yield return "Keyserver__KeyVault__EmulatorToken and a loopback vault are for development only: "
                + "unset the token and set Keyserver__KeyVault__KeyId to an Azure Key Vault key.";
        }

        if (vault.KeyringFingerprint.Length > 0
            && (vault.KeyringFingerprint.Length != 32 || !vault.KeyringFingerprint.All(char.IsAsciiHexDigitLower)))
        {
            yield return "Set Keyserver__KeyVault__KeyringFingerprint to the 32 lower-case hex digits "
                + "that the log shows when the keyring is opened, or leave it empty.";
        }
    }

    private static bool IsOrigin(string text, bool allowHttp) =>
        IsUrl(text, allowHttp) && new Uri(text) is { PathAndQuery: "/", Fragment: "", UserInfo: "" };

    /// <summary>It becomes a line of security.txt, so control characters are not allowed.</summary>
    private static bool IsContact(string text) =>
        !text.Any(char.IsControl)
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme is "https" or "mailto");

    private static bool IsUrl(string text, bool allowHttp) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (allowHttp && url.Scheme == Uri.UriSchemeHttp));
}

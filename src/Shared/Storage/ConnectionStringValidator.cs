using AtpKeyserver.Configuration;
using Azure.Data.Tables;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Storage;

/// <summary>Validates the connection string of the storage, which is for development only.</summary>
public sealed class ConnectionStringValidator(IHostEnvironment environment) : IValidateOptions<KeyserverOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyserverOptions options) =>
        !environment.IsDevelopment()
        || options.Tables.ConnectionString.Length == 0
        || IsValid(options.Tables.ConnectionString)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "Set Keyserver__Tables__ConnectionString to a valid storage connection string.");

    internal static bool IsValid(string text)
    {
        try
        {
            _ = new TableServiceClient(text);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}

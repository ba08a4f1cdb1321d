using System.Text.Json;
using AtpKeyserver.Configuration;
using AtpKeyserver.Copies;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

// Uses the app's settings and the operator's credential (az login).
const string Usage = """
    copy FOLDER                        copies all tables
    tombstones FOLDER                  copies the tombstones of deleted accounts and groups
    restore FOLDER --tombstones FOLDER [--resume]
                                       writes a copy into an empty storage account and applies all tombstones
    """;

var options = new KeyserverOptions();
new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection(KeyserverOptions.Section).Bind(options);
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
try
{
    switch (args)
    {
        case ["copy", var folder]:
            await new TableCopy(Service()).RunAsync(folder, stop.Token);
            return 0;
        case ["tombstones", var folder]:
            await new TombstoneCopy(Service()).RunAsync(folder, stop.Token);
            return 0;
        case ["restore", var folder, "--tombstones", var tombstones, .. var rest] when rest is [] or ["--resume"]:
            var restore = new Restore(Service(), Kek(), options.KeyVault.KeyringFingerprint);
            return await restore.RunAsync(folder, tombstones, rest.Length > 0, stop.Token);
        default:
            await Console.Error.WriteLineAsync(Usage);
            return 64;
    }
}
catch (Exception e) when (e is CopyException or KeyserverException or RequestFailedException
    or AuthenticationFailedException
    or AggregateException or IOException or InvalidDataException or JsonException or FormatException)
{
    var failure = e is AggregateException { InnerException: { } cause } ? cause : e;
    // The message of a failed request continues with all its headers.
    await Console.Error.WriteLineAsync(failure.Message.Split('\n')[0].TrimEnd());
    return 1;
}

TableServiceClient Service()
{
    var client = new TableClientOptions();
    client.AddPolicy(new ClockPolicy(TimeProvider.System), HttpPipelinePosition.PerCall);
    // A row must arrive within 90 s after it was signed.
    client.Retry.NetworkTimeout = TimeSpan.FromSeconds(15);
    var connection = options.Tables.ConnectionString;
    if (connection.Length > 0 && !ConnectionStringValidator.IsValid(connection))
        throw new CopyException("Keyserver__Tables__ConnectionString is not a storage connection string.");
    return connection.Length > 0
        ? new TableServiceClient(connection, client)
        : new TableServiceClient(new Uri(options.Tables.ServiceUri), Operator(), client);
}

AtpKeyserver.KeyManagement.Kek Kek() => options.KeyVault.EmulatorToken.Length > 0
    ? new(new Uri(options.KeyVault.KeyId), new EmulatorCredential(options.KeyVault.EmulatorToken), emulator: true)
    : new(new Uri(options.KeyVault.KeyId), Operator(), emulator: false);

static TokenCredential Operator() =>
    new ChainedTokenCredential(
        new AzureCliCredential(), new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));

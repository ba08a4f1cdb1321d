namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>A host of a copied folder with other settings files.</summary>
public sealed class FolderHost : IAsyncLifetime
{
    private const string HostJson = """
        {
          "version": "2.0",
          "extensions": { "http": {
                    "routePrefix": "v1/keys", "maxConcurrentRequests": 2, "maxOutstandingRequests": 3 } }
        }
        """;

    private const string LocalSettings = """
        {
          "IsEncrypted": false,
          "Values": {
            "FUNCTIONS_WORKER_RUNTIME": "dotnet-isolated",
            "HOSTAPP_IN_FILE": "file",
            "HOSTAPP_IN_FILE_AND_ENVIRONMENT": "file",
            "HOSTAPP_IN_ALL": "file",
            "HOSTAPP_REMOVED_FROM_FILE": "file",
            "HOSTAPP_NESTED:NAME": "file"
          }
        }
        """;

    private AppFolder _folder = null!;

    internal AppHost App { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _folder = AppFolder.CopyHostApp();
        _folder.Write("host.json", HostJson);
        _folder.Write("local.settings.json", LocalSettings);
        foreach (var name in (string[])[
            "HOSTAPP_IN_FILE_AND_ENVIRONMENT", "HOSTAPP_IN_ALL", "HOSTAPP_REMOVED_FROM_ENVIRONMENT"])
            Environment.SetEnvironmentVariable(name, "environment");
        App = await AppHost.StartAsync(options => options with
        {
            AppFolder = _folder.Location,
            Environment = new Dictionary<string, string?>(options.Environment)
            {
                ["HOSTAPP_IN_ALL"] = "options",
                ["HOSTAPP_REMOVED_FROM_FILE"] = null,
                ["HOSTAPP_REMOVED_FROM_ENVIRONMENT"] = null,
            },
        });
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        _folder.Dispose();
    }
}

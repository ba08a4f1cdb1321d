using AtpKeyserver.FunctionsHost;
using AtpKeyserver.FunctionsHost.Settings;

namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>Reads settings as a host with this <c>host.json</c> would.</summary>
internal static class SettingsFolder
{
    public static HostJson ReadHostJson(string hostJson, params IReadOnlyList<(string Name, string? Value)> environment)
    {
        using var folder = AppFolder.OfScript("");
        folder.Write("host.json", hostJson);
        return HostJson.Read(folder.Location, Settings(environment));
    }

    public static HostSettings Settings(params IReadOnlyList<(string Name, string? Value)> environment) =>
        new(new LocalHostOptions
    {
        AppFolder = "/no/such/folder",
        Environment = environment.ToDictionary(setting => setting.Name, setting => setting.Value),
    });
}

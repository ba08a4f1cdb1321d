using AtpKeyserver.FunctionsHost;
using AtpKeyserver.FunctionsHost.Settings;

namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>Reads settings as a host would that has this <c>host.json</c>.</summary>
internal static class SettingsFolder
{
    public static HostJson ReadHostJson(string hostJson, params IReadOnlyList<(string Name, string? Value)> environment)
    {
        using var folder = AppFolder.OfScript("");
        folder.Write("host.json", hostJson);
        return HostJson.Read(folder.Location, Settings(environment));
    }

    public static HostSettings Settings(params IReadOnlyList<(string Name, string? Value)> environment) => new(new LocalHostOptions
    {
        AppFolder = "/no/such/folder",
        Environment = environment.ToDictionary(setting => setting.Name, setting => setting.Value),
    });
}

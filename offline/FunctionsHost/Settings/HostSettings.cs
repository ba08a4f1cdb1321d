using System.Collections;
using Microsoft.Extensions.Configuration;

namespace AtpKeyserver.FunctionsHost.Settings;

/// <summary>
/// The app's settings: <c>Values</c> of <c>local.settings.json</c>, overridden by this process's environment, then by
/// the options. The worker receives them as its environment.
/// </summary>
internal sealed class HostSettings
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string?> _workerEnvironment = [];

    /// <exception cref="HostException"><c>local.settings.json</c> is not JSON.</exception>
    public HostSettings(LocalHostOptions options)
    {
        var local = LocalValues(options.AppFolder).ToArray();
        foreach (var (name, value) in local)
            _values[name] = value;
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            _values[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var (name, _) in local)
            _workerEnvironment[name] = _values[name];
        foreach (var (name, value) in options.Environment)
        {
            _workerEnvironment[name] = value;
            _values.Remove(name);
            if (value is not null)
                _values[name] = value;
        }

        _workerEnvironment["FUNCTIONS_APPLICATION_DIRECTORY"] = options.AppFolder;
        _workerEnvironment["FUNCTIONS_WORKER_DIRECTORY"] = options.AppFolder;
        _workerEnvironment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        // The worker must not see the key.
        _workerEnvironment["FUNCTIONS_MASTER_KEY"] = null;
    }

    /// <summary>Changes to this process's environment for the worker. Null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> WorkerEnvironment => _workerEnvironment;

    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>
    /// The required <c>x-functions-key</c> header for <c>/admin</c> and functions that are not anonymous; null: not
    /// required.
    /// </summary>
    public string? MasterKey => this["FUNCTIONS_MASTER_KEY"];

    public string? this[string name] => _values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// Whether the setting <c>AzureWebJobs.{name}.Disabled</c> disables a function. Linux uses underscores instead of
    /// dots.
    /// </summary>
    public bool IsDisabled(string function) =>
        IsTrue(this[$"AzureWebJobs.{function}.Disabled"]) || IsTrue(this[$"AzureWebJobs_{function}_Disabled"]);

    private static bool IsTrue(string? value) =>
        value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<KeyValuePair<string, string>> LocalValues(string folder)
    {
        var path = Path.Combine(folder, "local.settings.json");
        try
        {
            return new ConfigurationBuilder().AddJsonFile(path, optional: true).Build().GetSection("Values")
                .AsEnumerable(makePathsRelative: true)
                .Where(value => value.Value is not null)
                .Select(
                    value => KeyValuePair.Create(value.Key.Replace(":", "__", StringComparison.Ordinal), value.Value!));
        }
        catch (InvalidDataException e)
        {
            throw new HostException($"{path} is invalid: {e.InnerException?.Message ?? e.Message}", e);
        }
    }
}

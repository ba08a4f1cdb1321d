using System.Collections;

namespace AtpKeyserver.DevStack;

/// <summary>The environment variables of the app.</summary>
internal static class AppEnvironment
{
    private const string Prefix = "Keyserver__";

    /// <summary>Functions without a schedule. The admin route starts them.</summary>
    private static readonly string[] OperatorFunctions = ["RotateShardKeys", "RotateEverything"];

    private const string SystemCertificates = "/etc/ssl/certs";

    /// <summary>The app's variables in this process's environment.</summary>
    public static IReadOnlyDictionary<string, string> Inherited() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(variable => (Name: (string)variable.Key, Value: (string?)variable.Value ?? ""))
        .Where(variable => variable.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(variable => variable.Name, variable => variable.Value);

    /// <summary>
    /// Builds the app's environment: settings, proxy exceptions and trusted certificates. Null removes an inherited
    /// variable.
    /// </summary>
    public static Dictionary<string, string?> Of(
        IEnumerable<KeyValuePair<string, string>> settings,
        IReadOnlyDictionary<string, string> wins,
        string certificateFolder)
    {
        var environment = Inherited().Keys.ToDictionary(name => name, string? (_) => null);
        // Configuration keys are case-insensitive.
        var keyserver = new Dictionary<string, string>(settings, StringComparer.OrdinalIgnoreCase);
        environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development";
        foreach (var function in OperatorFunctions)
            environment[$"AzureWebJobs_{function}_Disabled"] = "true";
        environment["SSL_CERT_DIR"] = $"{certificateFolder}:{Variable("SSL_CERT_DIR") ?? SystemCertificates}";
        environment["NO_PROXY"] = environment["no_proxy"] =
            $"localhost,127.0.0.1,::1,{Variable("no_proxy") ?? Variable("NO_PROXY")}";
        foreach (var (name, value) in wins)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                keyserver[name] = value;
            else
                environment[name] = value;
        }

        foreach (var (name, value) in keyserver)
            environment[name] = value;
        return environment;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}

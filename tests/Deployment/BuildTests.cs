using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The packages that the build restores and the projects that <c>test.sh</c> builds.</summary>
public sealed class BuildTests
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    /// <summary>Functions.csproj passes these settings through an undocumented property of the SDK.</summary>
    [Fact]
    public void WorkerExtensions_is_audited_and_pinned()
    {
        var folder = Path.Combine(Root, "src", "Functions");
        var project = Path.Combine(folder, "obj", "Release", "net10.0", "WorkerExtensions", "WorkerExtensions.csproj");
        var graph = Path.Combine(Path.GetDirectoryName(project)!, "obj", "WorkerExtensions.csproj.nuget.dgspec.json");
        var restore = Read(graph).GetProperty("projects").GetProperty(project).GetProperty("restore");

        Assert.Equal(
            """{"enableAudit":"true","auditLevel":"low","auditMode":"all"}""",
            JsonSerializer.Serialize(restore.GetProperty("restoreAuditProperties")));
        Assert.True(restore.GetProperty("warningProperties").GetProperty("allWarningsAsErrors").GetBoolean());
        Assert.Equal(
            Path.Combine(folder, "WorkerExtensions.lock.json"),
            restore.GetProperty("restoreLockProperties").GetProperty("nuGetLockFilePath").GetString());
    }

    [Fact]
    public void Every_test_project_is_in_the_filter_of_test_sh()
    {
        var listed = Read(Path.Combine(Root, "tests.slnf")).GetProperty("solution").GetProperty("projects")
            .EnumerateArray().Select(project => project.GetString()!.Replace('\\', '/'));
        var projects = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetRelativePath(Root, project))
            .Where(project => !project.Contains("/obj/", StringComparison.Ordinal));
        Assert.Equal(projects.Order(), listed.Order());
    }

    /// <summary>Vite refuses some versions of Node.js that the setup accepts.</summary>
    [Fact]
    public async Task The_playground_is_built_with_the_Node_of_Azurite()
    {
        const string build = """
            . offline/setup.sh
            install_node() { :; }
            npm() { command -v node; }
            leashed() { "$@"; }
            stage() { shift 2; "$@"; }
            FOR_PLAYGROUND=true
            build_playground
            """;
        using var script = Process.Start(new ProcessStartInfo("bash", ["-c", build])
        {
            WorkingDirectory = Root, RedirectStandardOutput = true,
        })!;
        Assert.Equal(AzuriteProcess.Node, (await script.StandardOutput.ReadToEndAsync()).Trim());
        await script.WaitForExitAsync();
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;
}

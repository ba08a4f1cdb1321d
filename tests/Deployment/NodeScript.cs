using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>A script in <c>Node/</c>: gets named texts and returns the findings of each.</summary>
internal static class NodeScript
{
    public static IReadOnlyDictionary<string, string[]> Run(string script, IReadOnlyDictionary<string, string> texts)
    {
        var file = Path.Combine(Infrastructure.Root, "tests", "Deployment", "Node", script);
        var start = new ProcessStartInfo("node", [file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var node = Process.Start(start)!;
        JsonSerializer.Serialize(node.StandardInput.BaseStream, texts);
        node.StandardInput.Close();
        var findings = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(findings)!;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>
/// The official Bicep compiler. Its start takes longer than a compilation, so one process serves the whole test run:
/// <c>bicep jsonrpc</c> reads requests with the headers of the Language Server Protocol and ends with its input.
/// </summary>
internal sealed class BicepCompiler
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _configuration = Path.Combine(Infrastructure.Folder, "bicepconfig.json");
    private readonly Lock _lock = new();
    private readonly Stream _requests;
    private readonly Stream _responses;
    private int _lastId;

    public BicepCompiler()
    {
        var start = new ProcessStartInfo(Executable, ["jsonrpc", "--stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        // Read by main.bicepparam: an azd environment on the machine must not change a test.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AZURE_", StringComparison.Ordinal)
            || name.StartsWith("KEYSERVER_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        var process = Process.Start(start)!;
        (_requests, _responses) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
    }

    private static string Executable => typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "BicepCompiler").Value!;

    /// <summary>Compiles a .bicep or .bicepparam file.</summary>
    public Compilation Compile(string path)
    {
        var isSource = path.EndsWith(".bicep", StringComparison.Ordinal);
        var result = Call(isSource ? "bicep/compile" : "bicep/compileParams", new
        {
            path,
            configPath = _configuration,
            parameterOverrides = new { },
        });
        return new(
            [.. result.GetProperty("diagnostics").EnumerateArray().Select(Describe)],
            Parsed(isSource ? "contents" : "template"),
            Parsed("parameters"));

        JsonElement? Parsed(string name) =>
            result.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
                ? JsonDocument.Parse(text.GetString()!).RootElement
                : null;
    }

    /// <summary>The source files that a file uses, including itself.</summary>
    public IReadOnlyList<string> FilesOf(string path) =>
        [.. Call("bicep/getFileReferences", new { path }).GetProperty("filePaths").AllStrings()];

    /// <summary>The deployment of a .bicepparam file. Expressions over values that only Azure knows are kept.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resourceGroup">
    /// The resource group of a module; null for main.bicep, which creates its group.
    /// </param>
    public Prediction Predict(string path, string? resourceGroup)
    {
        var metadata = new
        {
            tenantId = "11111111-1111-1111-1111-111111111111",
            subscriptionId = "22222222-2222-2222-2222-222222222222",
            resourceGroup,
            location = resourceGroup is null ? "westeurope" : null,
        };
        var snapshot = Call("bicep/getSnapshot", new { path, metadata }).GetProperty("snapshot").GetString()!;
        return new(JsonDocument.Parse(snapshot).RootElement);
    }

    private static string Describe(JsonElement diagnostic) =>
        $"{diagnostic.Text("source")}:{diagnostic.At("range.start.line").GetInt32() + 1}: "
        + $"{diagnostic.Text("level")} {diagnostic.Text("code")}: {diagnostic.Text("message")}";

    private JsonElement Call(string method, object parameters)
    {
        lock (_lock)
        {
            var request = JsonSerializer.SerializeToUtf8Bytes(
                new { jsonrpc = "2.0", id = ++_lastId, method, @params = parameters }, Json);
            _requests.Write(Encoding.ASCII.GetBytes($"Content-Length: {request.Length}\r\n\r\n"));
            _requests.Write(request);
            _requests.Flush();
            var response = new byte[ReadLength()];
            _responses.ReadExactly(response);
            var answer = JsonDocument.Parse(response).RootElement;
            return answer.TryGetProperty("result", out var result)
                ? result
                : throw new InvalidOperationException($"{method} failed: {answer.Text("error.message")}");
        }
    }

    private int ReadLength()
    {
        var length = 0;
        for (var header = ReadLine(); header.Length > 0; header = ReadLine())
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(header["Content-Length:".Length..], CultureInfo.InvariantCulture);
        }

        return length;
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            switch (_responses.ReadByte())
            {
                case -1: throw new EndOfStreamException("The Bicep compiler exited.");
                case '\r': break;
                case '\n': return line.ToString();
                case var character: line.Append((char)character); break;
            }
        }
    }
}

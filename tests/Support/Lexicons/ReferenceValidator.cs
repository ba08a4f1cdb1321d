using System.Diagnostics;
using System.Text.Json;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>
/// Validates documents against the product's lexicons with the AT Protocol's own validator, in one process for all
/// tests of an assembly. It accepts unknown members; <see cref="LexiconValidator"/> does not.
/// </summary>
public static class ReferenceValidator
{
    private static readonly Lazy<Process> Node = new(
        () => ReferenceTools.Start(["validate.mjs", .. ReferenceTools.Lexicons], ReferenceTools.Folder));

    private static readonly SemaphoreSlim Turn = new(1);

    /// <summary>The error in a response body, or null.</summary>
    public static Task<string?> CheckOutputAsync(string nsid, JsonElement document) => CheckAsync(nsid, "output",
        document);

    /// <summary>The error in a request body, or null.</summary>
    public static Task<string?> CheckInputAsync(string nsid, JsonElement document) => CheckAsync(nsid, "input",
        document);

    private static async Task<string?> CheckAsync(string nsid, string part, JsonElement document)
    {
        var line = JsonSerializer.Serialize(new { nsid, part, document });
        using var patience = new CancellationTokenSource(Eventually.Patience);
        await Turn.WaitAsync(patience.Token);
        try
        {
            var node = Node.Value;
            await node.StandardInput.WriteLineAsync(line.AsMemory(), patience.Token);
            await node.StandardInput.FlushAsync(patience.Token);
            var verdict = await node.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException(
                    $"The validator exited: {await node.StandardError.ReadToEndAsync(patience.Token)}");
            return JsonSerializer.Deserialize<string?>(verdict);
        }
        finally
        {
            Turn.Release();
        }
    }
}

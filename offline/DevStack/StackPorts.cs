using System.Text.Json;

namespace AtpKeyserver.DevStack;

/// <summary>
/// The ports of the parts other than the app. The data folder stores them, because a did:web on localhost and the id of
/// a wrapping key contain a port, and because an open page of the playground must find everything after a restart.
/// </summary>
internal sealed record StackPorts(int Azurite, int KeyVault, int Atproto, int Playground)
{
    /// <summary>
    /// Chooses free ports. Page and PDS follow the app if possible, so that they stay the same without a data folder.
    /// </summary>
    /// <param name="app">The app's port; 0: any.</param>
    public static StackPorts Choose(int app)
    {
        int After(int distance) => app == 0 ? LoopbackPort.Choose() : LoopbackPort.ChooseOr(app + distance);
        return new(LoopbackPort.Choose(), LoopbackPort.Choose(), Playground: After(1), Atproto: After(2));
    }

    /// <summary>Returns the ports of the last start, or new ones, and stores them in <paramref name="file"/>.</summary>
    public static StackPorts ReadOrChoose(string file, int app)
    {
        var ports = Read(file) is { } last ? last.ReplaceUsed(app) : Choose(app);
        File.WriteAllText(file, JsonSerializer.Serialize(ports));
        return ports;
    }

    private static StackPorts? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<StackPorts>(File.ReadAllText(file)) : null;
        }
        catch (JsonException e)
        {
            throw new StackException($"Cannot read {file}. Use --fresh to start from scratch.", e);
        }
    }

    private StackPorts ReplaceUsed(int app)
    {
        if (!LoopbackPort.IsFree(KeyVault))
        {
            throw new StackException(
                $"Port {KeyVault} is in use, but the Key Vault emulator needs it for the stored keys. "
                + "Free the port, or use --fresh, --memory or another --data.");
        }

        return this with
        {
            Azurite = Replace(Azurite), Atproto = Replace(Atproto), Playground = Replace(Playground),
        };

        // 0 if a version without a playground stored it.
        int Replace(int port) =>
            port != 0 && port != app && LoopbackPort.IsFree(port) ? port : LoopbackPort.Choose();
    }
}

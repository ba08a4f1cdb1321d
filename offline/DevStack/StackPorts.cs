using System.Text.Json;

namespace AtpKeyserver.DevStack;

/// <summary>
/// The ports of the parts other than the app. The data folder stores them, because a did:web on localhost and the id of
/// a wrapping key contain a port.
/// </summary>
internal sealed record StackPorts(int Azurite, int KeyVault, int Atproto)
{
    public static StackPorts Choose() => new(LoopbackPort.Choose(), LoopbackPort.Choose(), LoopbackPort.Choose());

    /// <summary>Returns the ports of the last start, or new ones, and stores them in <paramref name="file"/>.</summary>
    public static StackPorts Remembered(string file)
    {
        var chosen = Choose();
        var ports = Read(file) is { } last ? last.Or(chosen) : chosen;
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

    private StackPorts Or(StackPorts other)
    {
        if (!LoopbackPort.IsFree(KeyVault))
        {
            throw new StackException(
                $"Port {KeyVault} is in use, but the Key Vault emulator needs it for the stored keys. "
                + "Free the port, or use --fresh, --memory or another --data.");
        }

        return this with
        {
            Azurite = LoopbackPort.IsFree(Azurite) ? Azurite : other.Azurite,
            Atproto = LoopbackPort.IsFree(Atproto) ? Atproto : other.Atproto,
        };
    }
}

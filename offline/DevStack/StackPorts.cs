using System.Text.Json;

namespace AtpKeyserver.DevStack;

/// <summary>
/// Where the parts beside the app listen. A data folder remembers them: a did:web on localhost contains the port of its
/// host, and every key that was wrapped names the vault with its port.
/// </summary>
internal sealed record StackPorts(int Azurite, int KeyVault, int Atproto)
{
    public static StackPorts Choose() => new(LoopbackPort.Choose(), LoopbackPort.Choose(), LoopbackPort.Choose());

    /// <summary>Those of the last start, or new ones, from now on remembered in <paramref name="file"/>.</summary>
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
            throw new StackException($"{file} cannot be read. Start with --fresh to begin anew.", e);
        }
    }

    private StackPorts Or(StackPorts other)
    {
        if (!LoopbackPort.IsFree(KeyVault))
        {
            throw new StackException(
                $"Port {KeyVault} is in use, and keys that were wrapped by the Key Vault emulator can be opened there only. "
                + "Free it, or start with --fresh, --memory or another --data.");
        }

        return this with
        {
            Azurite = LoopbackPort.IsFree(Azurite) ? Azurite : other.Azurite,
            Atproto = LoopbackPort.IsFree(Atproto) ? Atproto : other.Atproto,
        };
    }
}

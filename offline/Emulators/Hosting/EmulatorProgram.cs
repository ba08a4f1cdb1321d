using System.Globalization;
using System.Runtime.InteropServices;

namespace AtpKeyserver.Emulators;

/// <summary>
/// Runs an emulator as a program: <c>[--port N] [--data DIR]</c>. Writes <c>READY {address}</c> when it is ready. Stops
/// on SIGINT or SIGTERM with exit code 0. Writes a line to the error stream and exits with code 1 on failure.
/// </summary>
internal static class EmulatorProgram
{
    public static async Task<int> RunAsync(
        string[] arguments, Func<int, string?, Task<(IAsyncDisposable Emulator, Uri Address)>> start)
    {
        var port = 0;
        string? data = null;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            if (arguments[i] == "--data" && value.Length > 0)
                data = value;
            else if (arguments[i] != "--port"
                || !ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Fail($"Invalid argument '{arguments[i]} {value}'. Usage: [--port N] [--data DIR]");
            else
                port = number;
        }

        using var stopped = new SemaphoreSlim(0);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var (emulator, address) = await start(port, data);
            await using (emulator)
            {
                Console.WriteLine($"READY {address}");
                await stopped.WaitAsync();
            }

            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Fail(e.Message);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.Release();
        }
    }

    public static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}

using AtpKeyserver.Emulators;
using AtpKeyserver.Emulators.Atproto;

return await EmulatorProgram.RunAsync(args, async (port, data) =>
{
    var emulator = await AtprotoEmulator.StartAsync(new AtprotoEmulatorOptions { Port = port, DataFolder = data });
    return (emulator, emulator.Origin);
});

using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

switch (Environment.GetEnvironmentVariable("HOSTAPP_START"))
{
    case "fail":
        Console.Error.WriteLine("The setting is wrong.");
        return 3;
    case "hang":
        Console.WriteLine("Still thinking.");
        Thread.Sleep(Timeout.Infinite);
        break;
}

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Build().Run();
return 0;

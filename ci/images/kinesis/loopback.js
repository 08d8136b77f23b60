// Loaded before the server: it listens on 127.0.0.1 only, and replaces its file of data whole, so that a kill leaves the one or the
// other.
const net = require('net');
const fs = require('fs');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
    return typeof first === 'number'
        ? listen.call(this, first, '127.0.0.1', ...rest.filter((each) => typeof each === 'function'))
        : listen.call(this, first, ...rest);
};
const open = fs.promises.open;
fs.promises.open = async function (path, flags, ...rest) {
    const file = String(path);
    if (!file.endsWith('/kinesis-data.json') || flags === 'r' || flags === fs.constants.O_RDONLY) {
        return open(path, flags, ...rest);
    }
    const handle = await open(file + '.new', flags, ...rest);
    const close = handle.close.bind(handle);
    handle.close = async () => {
        await close();
        fs.renameSync(file + '.new', file);
    };
    return handle;
};

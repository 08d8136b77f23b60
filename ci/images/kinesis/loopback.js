// Loaded before the server: it listens on 127.0.0.1 only, and replaces its file of data whole, so that a kill leaves the one or the
// other; it does not start with half of one.
const net = require('net');
const fs = require('fs');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
    return typeof first === 'number'
        ? listen.call(this, first, '127.0.0.1', ...rest.filter((each) => typeof each === 'function'))
        : listen.call(this, first, ...rest);
};
const create = fs.createWriteStream;
let written = 0;
fs.createWriteStream = function (path, ...rest) {
    const file = String(path);
    if (!file.endsWith('/kinesis-data.json')) {
        return create.call(this, path, ...rest);
    }
    const next = `${file}.${++written}`;
    const stream = create.call(this, next, ...rest);
    const emit = stream.emit;
    // Listeners would be removed.
    stream.emit = function (event, ...details) {
        if (event === 'finish') {
            fs.renameSync(next, file);
        }
        return emit.call(this, event, ...details);
    };
    return stream;
};
